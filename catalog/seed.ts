import { setDefaultLimits } from '../engine/ledger/ledger.js';
import type { OpenDatabase, Transaction } from '../kernel/postgres/database.js';
import { type Catalog, readCatalog } from './catalog.js';
import { quotaDefinitions } from './quota-definitions.js';

/** Incremented if the same files result in different rows. */
const SEED_VERSION = 4;

/** The seeding transaction stores the hash of the seeded catalog as the comment of regions.region. */
const SEEDED = `SELECT obj_description('regions.region'::regclass, 'pg_class') AS seeded`;

const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('fleetgraph:seed', 0))::text`;

const REGIONS = `INSERT INTO regions.region (id, documented_id, name, local_name, city, local_city, cloud, time_zone, latitude,
    longitude, position)
  SELECT * FROM json_to_recordset($1::json) AS entry (id text, "documentedId" text, name text, "localName" text, city text,
    "localCity" text, cloud text, "timeZone" text, latitude float8, longitude float8, position int)
  ON CONFLICT (id) DO UPDATE SET documented_id = excluded.documented_id, name = excluded.name,
    local_name = excluded.local_name, city = excluded.city, local_city = excluded.local_city, cloud = excluded.cloud,
    time_zone = excluded.time_zone, latitude = excluded.latitude, longitude = excluded.longitude,
    position = excluded.position`;

const ZONES = `INSERT INTO regions.zone (id, region_id)
  SELECT * FROM json_to_recordset($1::json) AS entry (id text, "regionId" text)
  ON CONFLICT (id) DO UPDATE SET region_id = excluded.region_id`;

const AVAILABILITY = `INSERT INTO regions.product_availability (region_id, product, availability)
  SELECT * FROM json_to_recordset($1::json) AS entry ("regionId" text, product text, availability text)
  ON CONFLICT (region_id, product) DO UPDATE SET availability = excluded.availability`;

const TIME_ZONES = `INSERT INTO regions.time_zone (id, documented_id, "group", documented_utc_offset, position)
  SELECT * FROM json_to_recordset($1::json) AS entry (id text, "documentedId" text, "group" text,
    "documentedUtcOffset" text, position int)
  ON CONFLICT (id) DO UPDATE SET documented_id = excluded.documented_id, "group" = excluded."group",
    documented_utc_offset = excluded.documented_utc_offset, position = excluded.position`;

const QUOTA_DEFINITIONS = `INSERT INTO quotas.quota_definition
    (resource, description, unit, adjustable, default_limit, scope_kind, product, position)
  SELECT * FROM json_to_recordset($1::json) AS entry (resource text, description text, unit text, adjustable boolean,
    default_limit int, scope_kind text, product text, position int)
  ON CONFLICT (resource) DO UPDATE SET description = excluded.description, unit = excluded.unit,
    adjustable = excluded.adjustable, default_limit = excluded.default_limit, scope_kind = excluded.scope_kind,
    product = excluded.product, position = excluded.position`;

const INSTANCE_TYPES = `INSERT INTO clusters.instance_type (id, family, vcpus, memory_gib, architecture, gpus, enis,
    ips_per_eni, gpu_memory_gib, npus, epc_gib, bare_metal)
  SELECT id, family, vcpus, "memoryGiB", architecture, gpus, coalesce(enis, 0), coalesce("ipsPerEni", 0),
    coalesce("gpuMemoryGiB", 0), coalesce(npus, 0), coalesce("epcGiB", 0), coalesce("bareMetal", false)
  FROM json_to_recordset($1::json) AS entry (id text, family text, vcpus int, "memoryGiB" float8, architecture text,
    gpus int, enis int, "ipsPerEni" int, "gpuMemoryGiB" float8, npus int, "epcGiB" float8, "bareMetal" boolean)
  ON CONFLICT (id) DO UPDATE SET family = excluded.family, vcpus = excluded.vcpus, memory_gib = excluded.memory_gib,
    architecture = excluded.architecture, gpus = excluded.gpus, enis = excluded.enis,
    ips_per_eni = excluded.ips_per_eni, gpu_memory_gib = excluded.gpu_memory_gib, npus = excluded.npus,
    epc_gib = excluded.epc_gib, bare_metal = excluded.bare_metal`;

const KUBERNETES_VERSIONS = `INSERT INTO clusters.kubernetes_version (id, minor, released_at)
  SELECT * FROM json_to_recordset($1::json) AS entry (id text, minor text, "releasedAt" timestamptz)
  ON CONFLICT (id) DO UPDATE SET minor = excluded.minor, released_at = excluded.released_at`;

/** Misspelled names of the ACK documentation, and their spelling in the time zone database. */
const misspelledTimeZones: Readonly<Record<string, string>> = {
  'America/St_Bartelemy': 'America/St_Barthelemy',
  'Antarctica/Mcmurdo': 'Antarctica/McMurdo',
};

/**
 * Seeds the database with prisma/catalog: inserts and updates rows, and never deletes one, because clusters may refer to it.
 * One transaction; one statement if nothing changed; safe in concurrent processes.
 */
export async function seed(database: OpenDatabase): Promise<void> {
  const catalog = await readCatalog();
  const version = `catalog ${SEED_VERSION} ${catalog.hash}`;
  if ((await seeded(database.prisma)) === version) return;
  await database.prisma.$transaction(async (tx) => {
    await tx.$queryRawUnsafe(LOCK);
    if ((await seeded(tx)) === version) return;
    await seedAll(tx, catalog);
    await tx.$executeRawUnsafe(`COMMENT ON TABLE regions.region IS '${version}'`);
  });
}

async function seeded(tx: Transaction): Promise<string | null> {
  const rows = await tx.$queryRawUnsafe<{ seeded: string | null }[]>(SEEDED);
  return rows[0]?.seeded ?? null;
}

async function seedAll(tx: Transaction, catalog: Catalog): Promise<void> {
  const definitions = quotaDefinitions(catalog);
  await upsert(tx, REGIONS, catalog.regions.map(positioned));
  await upsert(tx, ZONES, catalog.zones);
  await upsert(tx, AVAILABILITY, catalog.regions.flatMap(cells));
  await upsert(tx, TIME_ZONES, timeZoneRows(catalog).map(positioned));
  await upsert(tx, QUOTA_DEFINITIONS, definitions);
  await upsert(tx, INSTANCE_TYPES, catalog.instanceTypes);
  await upsert(tx, KUBERNETES_VERSIONS, catalog.kubernetesVersions);
  await setDefaultLimits(
    tx,
    definitions.map((row) => ({ resource: row.resource, limit: row.default_limit })),
  );
}

async function upsert(tx: Transaction, sql: string, rows: readonly object[]): Promise<void> {
  await tx.$executeRawUnsafe(sql, JSON.stringify(rows));
}

function positioned<T extends object>(row: T, position: number): T & { position: number } {
  return { ...row, position };
}

function cells(region: Catalog['regions'][number]): object[] {
  return Object.entries(region.availability).map(([product, availability]) => ({
    regionId: region.id,
    product,
    availability,
  }));
}

function timeZoneRows(catalog: Catalog): object[] {
  return catalog.timeZones.map(({ id, documentedUtcOffset }) => {
    const spelled = misspelledTimeZones[id] ?? id;
    const group = (id.split('/')[0] ?? id).toUpperCase();
    return { id: spelled, documentedId: spelled === id ? null : id, group, documentedUtcOffset };
  });
}
