-- `Antarctica/Mcmurdo` is the ACK documentation's misspelling of `Antarctica/McMurdo`.
UPDATE "regions"."time_zone" SET "id" = 'Antarctica/McMurdo', "documented_id" = 'Antarctica/Mcmurdo'
WHERE "id" = 'Antarctica/Mcmurdo';
UPDATE "clusters"."cluster" SET "time_zone" = 'Antarctica/McMurdo' WHERE "time_zone" = 'Antarctica/Mcmurdo';
