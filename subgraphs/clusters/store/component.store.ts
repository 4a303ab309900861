import {
  checkedColumns,
  type CheckedRow,
  oneOf,
  problemSchema,
} from '../../../kernel/postgres/checked-columns.js';
import { z } from 'zod';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { createdAtColumn, nameColumn, type Sorting } from '../../../kernel/sorting.js';
import type { Component, Prisma } from '../../../prisma/generated/client.js';
import type { Problem } from '../../../kernel/result.js';
import { NO_JSON, toJson } from './json-column.js';
import { COMPONENT_STATES, type ComponentStateName } from '../model/component.rules.js';
import type { Parameters } from '../model/component-parameters.js';
import type { ComponentFieldDrift } from '../model/component-drift.js';
import { type ChildTable, countChildren, selectChildPages } from './child-pages.js';
import type { Children, ReadByKeys } from './children.js';

const checks = {
  state: oneOf(COMPONENT_STATES),
  parameters: z.record(z.string(), z.unknown()),
  drift: z.array(
    z.looseObject({ object: z.string(), path: z.string(), expected: z.unknown(), actual: z.unknown() }),
  ),
  error: problemSchema.nullish(),
};

export type ComponentRow = CheckedRow<Component, typeof checks>;

/** Validates the enum and JSON columns of component rows. */
const checkComponents = checkedColumns('clusters.component', 'id', checks);

export type ComponentOrderField = 'CREATED_AT' | 'NAME';

const componentSorting: Sorting<ComponentRow, ComponentOrderField> = {
  byId: 'ASC',
  columns: { CREATED_AT: createdAtColumn, NAME: nameColumn },
};

const byCluster: ChildTable = {
  table: 'clusters.component',
  columns: `id, account, cluster_id AS "clusterId", name, version, state, parameters, generation,
    observed_generation AS "observedGeneration", applied_generation AS "appliedGeneration",
    spec_updated_at AS "specUpdatedAt", operation_id AS "operationId", drift,
    drift_checked_at AS "driftCheckedAt", error, created_at AS "createdAt"`,
  parent: 'cluster_id',
};

/** Reads components. */
export class ComponentStore {
  constructor(private readonly database: Database | Transaction) {}

  readonly byIds = (account: string, ids: readonly string[]): Promise<ComponentRow[]> =>
    this.database.component.findMany({ where: { account, id: { in: [...ids] } } }).then(checkComponents);

  readonly ofClusters: Children<ComponentRow, ComponentOrderField> = {
    byIds: this.byIds,
    sorting: componentSorting,
    pages: (query) => selectChildPages<ComponentRow>(this.database, byCluster, query).then(checkComponents),
    totals: (account, clusters) => countChildren(this.database, byCluster, account, clusters),
    parentOf: (component) => component.clusterId,
  };

  /** Counts the running nodes of clusters; clusters without any are omitted. */
  readonly nodeCounts: ReadByKeys<number> = async (account, clusterIds) => {
    const rows = await this.database.node.groupBy({
      by: ['clusterId'],
      where: { account, clusterId: { in: [...clusterIds] }, state: 'running' },
      _count: true,
    });
    return new Map(rows.map(({ clusterId, _count }) => [clusterId, _count]));
  };
}

/** Locks and reads the account's component; null if it does not exist. */
export async function lockComponent(
  tx: Transaction,
  account: string,
  id: string,
): Promise<ComponentRow | null> {
  await tx.$executeRaw`SELECT 1 FROM clusters.component WHERE id = ${id} AND account = ${account} FOR UPDATE`;
  return tx.component.findFirst({ where: { id, account } }).then(checkComponents);
}

/** Columns to update; omitted columns keep their value. */
export interface ComponentChange extends Omit<
  Prisma.ComponentUncheckedUpdateInput,
  'state' | 'parameters' | 'error' | 'drift'
> {
  readonly state?: ComponentStateName;
  readonly parameters?: Parameters;
  readonly error?: Problem | null;
  readonly drift?: readonly ComponentFieldDrift[];
}

export async function updateComponent(
  tx: Transaction,
  id: string,
  { parameters, error, drift, ...fields }: ComponentChange,
): Promise<void> {
  await tx.component.update({
    where: { id },
    data: {
      ...fields,
      ...(parameters && { parameters: toJson(parameters) }),
      ...(error !== undefined && { error: error === null ? NO_JSON : toJson(error) }),
      ...(drift && { drift: toJson(drift) }),
    },
  });
}

/** New spec of a component. */
export interface ComponentSpecUpdate {
  readonly state: ComponentStateName;
  readonly version?: string;
  readonly parameters?: Parameters;
  readonly operationId: string;
}

/**
 * Changes the spec of a component. The caller must also enqueue it; its reconciler applies the change and waits for
 * the result.
 */
export async function updateComponentSpec(
  tx: Transaction,
  id: string,
  { spec, at }: { readonly spec: ComponentSpecUpdate; readonly at: Date },
): Promise<void> {
  await updateComponent(tx, id, { ...spec, generation: { increment: 1 }, specUpdatedAt: at });
}

/** Columns of an insert; the others have defaults. */
export type NewComponent = Omit<
  Prisma.ComponentCreateManyInput,
  'parameters' | 'error' | 'drift' | 'specUpdatedAt'
> & { readonly parameters?: Parameters };

/** Inserts the rows that do not exist yet. */
export async function insertComponents(tx: Transaction, rows: readonly NewComponent[]): Promise<void> {
  const data = rows.map(({ parameters, ...row }) => ({
    ...row,
    specUpdatedAt: row.createdAt,
    ...(parameters && { parameters: toJson(parameters) }),
  }));
  if (rows.length > 0) await tx.component.createMany({ data, skipDuplicates: true });
}

/** Deletes components of deleted clusters. */
export async function deleteOrphanedComponents(database: Database): Promise<void> {
  await database.$executeRaw`
    DELETE FROM clusters.component USING clusters.cluster
    WHERE cluster.id = component.cluster_id AND cluster.deleted_at IS NOT NULL`;
}

/** Preinstalled components that are not installed yet. */
export function waitingPreinstalled(database: Database, clusterId: string): Promise<ComponentRow[]> {
  return database.component
    .findMany({
      where: { clusterId, state: 'INSTALLING', operationId: null, observedGeneration: 0 },
      orderBy: { id: 'asc' },
    })
    .then(checkComponents);
}

/** Marks components as installed in one statement; returns the ids of those that were not. */
export async function completePreinstalled(
  tx: Transaction,
  ids: readonly string[],
  at: Date,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    UPDATE clusters.component SET state = 'ACTIVE', observed_generation = generation, drift_checked_at = ${at}
    WHERE id = ANY(${[...ids]}::text[]) AND state = 'INSTALLING' RETURNING id`;
  return rows.map(({ id }) => id);
}

/** Reads a component of any account by id. */
export function findComponent(database: Database, id: string): Promise<ComponentRow | null> {
  return database.component.findUnique({ where: { id } }).then(checkComponents);
}

/** Reads a component of a cluster by name; null if it is not installed. */
export function findComponentByName(
  tx: Transaction,
  clusterId: string,
  name: string,
): Promise<ComponentRow | null> {
  return tx.component.findFirst({ where: { clusterId, name } }).then(checkComponents);
}

export function componentsOf(
  database: Database,
  where: { readonly clusterId: string; readonly account?: string },
): Promise<ComponentRow[]> {
  return database.component.findMany({ where, orderBy: { id: 'asc' } }).then(checkComponents);
}

/** Components of a cluster without a change in progress. */
export function loadStableComponents(database: Database, clusterId: string): Promise<ComponentRow[]> {
  return database.component
    .findMany({
      where: { clusterId, state: { in: ['ACTIVE', 'FAILED'] } },
      orderBy: { id: 'asc' },
    })
    .then(checkComponents);
}

/** Components that failed in an operation, ordered by name. */
export function failedComponents(database: Database, operationId: string): Promise<ComponentRow[]> {
  return database.component
    .findMany({ where: { operationId, state: 'FAILED' }, orderBy: { name: 'asc' } })
    .then(checkComponents);
}

/** Locks a component and returns its generation; undefined if it is deleted. */
export async function lockComponentGeneration(tx: Transaction, id: string): Promise<number | undefined> {
  const rows = await tx.$queryRaw<{ generation: number }[]>`
    SELECT generation FROM clusters.component WHERE id = ${id} FOR UPDATE`;
  return rows[0]?.generation;
}

/** The recorded differences of a component from its manifest. */
export function recordedDrift({ drift }: Pick<ComponentRow, 'drift'>): ComponentFieldDrift[] {
  return drift as unknown as ComponentFieldDrift[];
}

/** Records the differences of a component; false if its spec changed concurrently: reconciling that removes them. */
export async function saveDrift(
  tx: Transaction,
  { id, generation }: Pick<ComponentRow, 'id' | 'generation'>,
  { drift, at }: { readonly drift: readonly ComponentFieldDrift[]; readonly at: Date },
): Promise<boolean> {
  const { count } = await tx.component.updateMany({
    where: { id, generation },
    data: { drift: toJson(drift), driftCheckedAt: at },
  });
  return count > 0;
}

export async function deleteComponent(tx: Transaction, id: string): Promise<void> {
  await tx.component.delete({ where: { id } });
}
