-- CreateTable
CREATE TABLE "engine"."audit_export" (
    "sink" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,

    CONSTRAINT "audit_export_pkey" PRIMARY KEY ("sink","account")
);


