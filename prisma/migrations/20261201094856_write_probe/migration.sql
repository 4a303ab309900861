-- Nothing is ever committed to it, so it needs no log; texts take the room that they have, so that a row takes a block.
CREATE UNLOGGED TABLE "engine"."write_probe" (
    "id" TEXT NOT NULL,
    "filler" TEXT NOT NULL,

    CONSTRAINT "write_probe_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "engine"."write_probe" ALTER COLUMN "filler" SET STORAGE PLAIN;
