-- CreateTable
CREATE TABLE "engine"."secret_fingerprint" (
    "name" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,

    CONSTRAINT "secret_fingerprint_pkey" PRIMARY KEY ("name")
);


