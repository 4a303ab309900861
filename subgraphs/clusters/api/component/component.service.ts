import {
  type ComponentRow,
  type ComponentSpecUpdate,
  insertComponents,
  lockComponent,
  updateComponentSpec,
  ComponentStore,
  findComponentByName,
} from '../../store/component.store.js';
import { throwNotFound } from '../../../../engine/not-found.js';
import type { OperationType } from '../../../../engine/operations/operation-kinds.js';
import { createOperation } from '../../../../engine/operations/operations.js';
import type { OperationRow } from '../../../../engine/operations/operation-row.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { newId } from '../../../../kernel/ids.js';
import { throwProblem } from '../../../../kernel/result.js';
import { change, type ChangeResult, type ChangeOutcome } from '../../changes/change.js';
import { checkedParameters, chosenVersion, newerVersion } from './component-request.js';
import { type ClusterRow, lockCluster } from '../../store/cluster.store.js';
import { planInWindow, rejectSecondChange } from '../../changes/scheduled-change.js';
import { type ComponentEntry, isDisruptive, supportsCluster } from '../../model/component-catalog.js';
import { componentEntry } from '../../store/component-catalog.js';
import { type Parameters } from '../../model/component-parameters.js';
import {
  afterAction,
  COMPONENT_CHANGE_STATES,
  type ComponentAction,
  componentOperation,
  type PendingComponentChange,
} from '../../model/component.rules.js';
import type {
  ConfigureComponentInput,
  InstallComponentInput,
  RestoreComponentInput,
  UninstallComponentInput,
  UpgradeComponentInput,
} from './component.type.js';
import type { ChangeTiming } from '../entities/maintenance-window.enums.js';

const ID_PATH = ['input', 'id'];
const CLUSTER_PATH = ['input', 'clusterId'];
const STAGES = ['APPLY', 'ROLLOUT'];

/** Changes the components of clusters; each change is an operation that the cluster's reconciler carries out. */
export class ComponentService {
  constructor(private readonly platform: Platform) {}

  /** Rejects an unknown, unsupported or already installed component, and invalid parameters and versions. */
  async install(actor: Actor, input: InstallComponentInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const entry = await componentEntry(input.name);
    if (!entry)
      throwProblem(
        'NOT_FOUND',
        `There is no component ${input.name.slice(0, 60)}. Query.componentDefinitions lists them.`,
        {
          path: ['input', 'name'],
        },
      );
    const parameters = checkedParameters(entry, {}, input.parameters ?? {});
    return change(this.platform, { actor, mutation: 'installComponent', input, dryRun }, async (tx, at) => {
      const cluster = await changeableCluster(tx, actor.account, input.clusterId, CLUSTER_PATH);
      if (!supportsCluster(entry, cluster))
        throwProblem(
          'INVALID_INPUT',
          `${entry.name} does not run in a cluster of ${cluster.product} with Kubernetes ${cluster.version}.`,
          { path: ['input', 'name'] },
        );
      const version = chosenVersion(entry, input.version, cluster);
      const twin = await findComponentByName(tx, cluster.id, entry.name);
      if (twin)
        throwProblem('DUPLICATE_NAME', `The cluster ${cluster.id} has ${entry.name} already: ${twin.id}.`, {
          path: ['input', 'name'],
        });
      const id = newId('component');
      const operationId = await operate(tx, cluster, { type: 'INSTALL_COMPONENT', name: entry.name, at });
      const base = { id, account: cluster.account, clusterId: cluster.id, name: entry.name, operationId };
      await insertComponents(tx, [
        {
          ...base,
          version,
          state: 'INSTALLING',
          parameters,
          createdAt: at,
        },
      ]);
      return finish(tx, { id, operationId });
    });
  }

  /** Rejects a version that is not newer or does not support the cluster's Kubernetes version. */
  upgrade(actor: Actor, input: UpgradeComponentInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    return this.act(actor, { input, action: 'UPGRADE', mutation: 'upgradeComponent', dryRun }, (facts) => {
      const version = newerVersion(facts, input.version);
      return { spec: { version }, later: { version } };
    });
  }

  /** Rejects parameters that do not match the component's JSON Schema. */
  configure(actor: Actor, input: ConfigureComponentInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    return this.act(
      actor,
      { input, action: 'CONFIGURE', mutation: 'configureComponent', dryRun },
      ({ entry, component }) => {
        const parameters = checkedParameters(entry, component.parameters as Parameters, input.parameters);
        return {
          spec: { parameters },
          later: { parameters: input.parameters as Parameters },
        };
      },
    );
  }

  /** Reverts changes that were made in the cluster outside the platform. */
  restore(actor: Actor, input: RestoreComponentInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    return this.act(actor, { input, action: 'RESTORE', mutation: 'restoreComponent', dryRun }, () => ({
      spec: {},
      later: {},
    }));
  }

  /** Rejects system components: the cluster does not work without them. */
  uninstall(actor: Actor, input: UninstallComponentInput, dryRun?: boolean | null): Promise<ChangeOutcome> {
    return this.act(
      actor,
      { input, action: 'UNINSTALL', mutation: 'uninstallComponent', dryRun },
      ({ entry }) => {
        if (entry.system)
          throwProblem('COMPONENT_REQUIRED', `Clusters need ${entry.name}; it cannot be uninstalled.`, {
            path: ID_PATH,
          });
        return { spec: {}, later: {} };
      },
    );
  }

  private act(
    actor: Actor,
    { input, action, mutation, dryRun }: Act,
    decide: (facts: Facts) => Decision,
  ): Promise<ChangeOutcome> {
    const { account } = actor;
    return change(this.platform, { actor, mutation, input, dryRun }, async (tx, at) => {
      const [storedComponent] = await new ComponentStore(tx).byIds(account, [input.id]);
      if (!storedComponent) throwNotFound('COMPONENT', input.id, ID_PATH);
      const cluster = await changeableCluster(tx, account, storedComponent.clusterId, ID_PATH);
      const component = await lockComponent(tx, account, input.id);
      const entry = await componentEntry(storedComponent.name);
      if (!component || !entry) throwNotFound('COMPONENT', input.id, ID_PATH);
      const state = afterAction(component.state, action);
      if (!state)
        throwProblem(
          'INVALID_STATE',
          `${component.name} (${component.id}) is ${component.state}. Wait until its operation has ended.`,
          {
            path: ID_PATH,
          },
        );
      const facts = { entry, component, cluster, at };
      const { spec, later } = decide(facts);
      const type = componentOperation(action);
      const planned = await planChange(tx, facts, { type, later, timing: input.timing });
      if (planned) return { componentId: component.id, operationId: planned.id };
      const operationId = await operate(tx, cluster, { type, name: entry.name, at });
      await updateComponentSpec(tx, component.id, { spec: { ...spec, state, operationId }, at });
      return finish(tx, { id: component.id, operationId });
    });
  }
}

interface Act {
  readonly input: {
    readonly id: string;
    readonly timing?: ChangeTiming | null;
    readonly clientToken?: string | null;
  };
  readonly action: ComponentAction;
  readonly mutation: string;
  readonly dryRun: boolean | null | undefined;
}

interface Facts {
  readonly entry: ComponentEntry;
  readonly component: ComponentRow;
  readonly cluster: ClusterRow;
  readonly at: Date;
}

/** The result of validating an action. */
interface Decision {
  /** The new spec of the component, if the change starts immediately. */
  readonly spec: Pick<ComponentSpecUpdate, 'version' | 'parameters'>;
  /** The input that the operation stores, if the change is scheduled. */
  readonly later: Pick<PendingComponentChange, 'version' | 'parameters'>;
}

interface ChangePlan {
  readonly type: OperationType;
  readonly later: Decision['later'];
  readonly timing: ChangeTiming | null | undefined;
}

/** Schedules a change for the maintenance window; undefined when it can start immediately. */
async function planChange(
  tx: EventTransaction,
  { cluster, component, entry, at }: Facts,
  { type, later, timing }: ChangePlan,
): Promise<OperationRow | undefined> {
  const { id: componentId, name } = component;
  await rejectSecondChange(tx, cluster, { type, componentId });
  return planInWindow(tx, cluster, {
    type,
    stages: STAGES,
    input: { name, componentId, ...later },
    timing: timing ?? (isDisruptive(entry) ? undefined : 'IMMEDIATE'),
    at,
  });
}

async function changeableCluster(
  tx: Transaction,
  account: string,
  id: string,
  path: readonly string[],
): Promise<ClusterRow> {
  const cluster = await lockCluster(tx, account, id);
  if (!cluster) return throwNotFound('CLUSTER', id, path);
  if (cluster.deletedAt || !COMPONENT_CHANGE_STATES.includes(cluster.state))
    throwProblem(
      'INVALID_STATE',
      `The cluster ${id} is ${cluster.state}; components are changed while it is RUNNING.`,
      {
        path,
      },
    );
  return cluster;
}

async function operate(
  tx: EventTransaction,
  { id, account }: ClusterRow,
  { type, name, at }: { readonly type: OperationType; readonly name: string; readonly at: Date },
): Promise<string> {
  const target = { account, targetKind: 'Cluster', targetId: id, clusterId: id } as const;
  const { id: operationId } = await createOperation(
    tx,
    { ...target, type, stages: STAGES, input: { name } },
    at,
  );
  return operationId;
}

async function finish(
  tx: Transaction,
  { id, operationId }: { readonly id: string; readonly operationId: string },
): Promise<ChangeResult> {
  await enqueue(tx, 'component', id);
  return { componentId: id, operationId };
}
