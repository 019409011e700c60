"""The live feed to readers: fan-out, WebSocket, event stream, snapshots and catch-up."""
