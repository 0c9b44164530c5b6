"""The officer's pages: what a browser at a booth sees of the node. `site` puts them into an app."""
