"""Live connections: OPC UA, MQTT and Modbus TCP."""
