"""Panels that talk about several families at one sitting, each seen by those alone who may see that family."""
