"""Work shared by the processes of this machine or by a Dask cluster."""
