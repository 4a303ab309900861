-- Columns are named after what they hold: how an instance is attached as a node, how a node is removed, and the problem
-- that prevented the creation of nodes.
ALTER TABLE "clusters"."node" RENAME COLUMN "joining" TO "attach_options";
ALTER TABLE "clusters"."node" RENAME COLUMN "leaving" TO "removal_options";
ALTER TABLE "clusters"."node_pool" RENAME COLUMN "shortage" TO "capacity_error";
