-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "access";

-- CreateTable
CREATE TABLE "access"."principal" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "issuer" TEXT NOT NULL DEFAULT '',
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "principal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access"."role" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "verbs" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "role_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access"."permission" (
    "account" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "principal_id" TEXT NOT NULL,
    "role_id" TEXT NOT NULL,
    "effect" TEXT NOT NULL DEFAULT 'ALLOW',
    "region_id" TEXT,
    "cluster_id" TEXT,
    "cluster_selector" TEXT,
    "namespaces" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "expires_at" TIMESTAMPTZ(3),
    "reason" TEXT,
    "granted_by" TEXT,
    "granted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "permission_pkey" PRIMARY KEY ("account","id")
);

-- CreateTable
CREATE TABLE "access"."access_request" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "principal_id" TEXT NOT NULL,
    "role_id" TEXT NOT NULL,
    "region_id" TEXT,
    "cluster_id" TEXT,
    "cluster_selector" TEXT,
    "namespaces" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "reason" TEXT NOT NULL,
    "minutes" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "break_glass" BOOLEAN NOT NULL DEFAULT false,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "message" TEXT,
    "permission_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "access_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access"."service_account" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "principal_id" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "service_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access"."service_account_key" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "service_account_id" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "service_account_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access"."access_version" (
    "account" TEXT NOT NULL,
    "version" BIGINT NOT NULL,
    "changed_in" BIGINT NOT NULL,

    CONSTRAINT "access_version_pkey" PRIMARY KEY ("account")
);

-- CreateIndex
CREATE INDEX "principal_account_id_idx" ON "access"."principal"("account", "id");

-- CreateIndex
CREATE UNIQUE INDEX "role_account_name_key" ON "access"."role"("account", "name");

-- CreateIndex
CREATE INDEX "permission_account_principal_id_idx" ON "access"."permission"("account", "principal_id");

-- CreateIndex
CREATE INDEX "permission_account_role_id_idx" ON "access"."permission"("account", "role_id");

-- CreateIndex
CREATE INDEX "permission_account_cluster_id_idx" ON "access"."permission"("account", "cluster_id");

-- CreateIndex
CREATE INDEX "permission_expires_at_idx" ON "access"."permission"("expires_at");

-- CreateIndex
CREATE INDEX "access_request_account_id_idx" ON "access"."access_request"("account", "id");

-- CreateIndex
CREATE INDEX "access_request_account_state_idx" ON "access"."access_request"("account", "state");

-- CreateIndex
CREATE INDEX "access_request_created_at_idx" ON "access"."access_request"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "service_account_principal_id_key" ON "access"."service_account"("principal_id");

-- CreateIndex
CREATE UNIQUE INDEX "service_account_account_name_key" ON "access"."service_account"("account", "name");

-- CreateIndex
CREATE INDEX "service_account_key_account_service_account_id_idx" ON "access"."service_account_key"("account", "service_account_id");

-- CreateIndex
CREATE INDEX "service_account_key_expires_at_idx" ON "access"."service_account_key"("expires_at");

-- CreateIndex
CREATE INDEX "access_version_changed_in_idx" ON "access"."access_version"("changed_in");

-- AddForeignKey
ALTER TABLE "access"."permission" ADD CONSTRAINT "permission_principal_id_fkey" FOREIGN KEY ("principal_id") REFERENCES "access"."principal"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access"."service_account_key" ADD CONSTRAINT "service_account_key_service_account_id_fkey" FOREIGN KEY ("service_account_id") REFERENCES "access"."service_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;


