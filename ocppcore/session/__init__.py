"""One sans-IO OCPP connection: call matching, queues, time-outs, back-off, keep-alive, trace. No socket, no clock."""
