-- The span in which an event was appended, so that those that read and deliver it stand under it.
ALTER TABLE "engine"."event" ADD COLUMN "traceparent" TEXT;
