-- CreateTable
CREATE TABLE "observability"."kubernetes_event_reading" (
    "cluster_id" TEXT NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "uids" TEXT[],

    CONSTRAINT "kubernetes_event_reading_pkey" PRIMARY KEY ("cluster_id")
);


