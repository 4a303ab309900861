-- Columns named in the terms of Kubernetes; the data stays.
ALTER TABLE "clusters"."node_pool" RENAME COLUMN "settled_generation" TO "observed_generation";
ALTER TABLE "clusters"."component" RENAME COLUMN "settled_generation" TO "observed_generation";
ALTER TABLE "clusters"."component" RENAME COLUMN "wished_at" TO "spec_updated_at";
ALTER TABLE "clusters"."control_plane" RENAME COLUMN "state_before" TO "previous_state";
ALTER TABLE "clusters"."control_plane" RENAME COLUMN "since" TO "measured_since";
ALTER TABLE "clusters"."cluster_network" RENAME COLUMN "held" TO "quota_usage";
ALTER TABLE "clusters"."risk_finding" RENAME TO "high_risk_finding";
ALTER TABLE "clusters"."high_risk_finding" RENAME COLUMN "since" TO "occurred_at";
ALTER TABLE "clusters"."high_risk_finding" RENAME CONSTRAINT "risk_finding_pkey" TO "high_risk_finding_pkey";
