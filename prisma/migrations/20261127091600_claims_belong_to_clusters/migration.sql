-- What objects inside a cluster have of the cloud is part of the cluster. Its trigger goes with the table.
ALTER TABLE "quotas"."cloud_claim" SET SCHEMA "clusters";
