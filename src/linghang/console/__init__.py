"""The console: what a plant's people see, in a browser. NiceGUI on the API's server; every page talks to use cases."""
