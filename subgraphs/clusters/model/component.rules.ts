import type { Parameters } from './component-parameters.js';

/** What can be asked of a component. */
export type ComponentAction = 'UPGRADE' | 'CONFIGURE' | 'UNINSTALL' | 'RESTORE';
export const COMPONENT_ACTIONS: readonly ComponentAction[] = ['UPGRADE', 'CONFIGURE', 'UNINSTALL', 'RESTORE'];
export const COMPONENT_STATES = [
  'INSTALLING',
  'ACTIVE',
  'UPGRADING',
  'UPDATING',
  'UNINSTALLING',
  'FAILED',
] as const;

export type ComponentStateName = (typeof COMPONENT_STATES)[number];

/**
 * The state after each action; a missing entry rejects the action. A change is completed before the next is accepted;
 * the next change also fixes a failed one.
 *
 *   INSTALLING ──▶ ACTIVE ◀──▶ UPGRADING | UPDATING        any of these ──▶ FAILED
 *                    └──▶ UNINSTALLING ──▶ (gone)
 */
const NEXT: Readonly<Record<ComponentStateName, Partial<Record<ComponentAction, ComponentStateName>>>> = {
  INSTALLING: {},
  ACTIVE: { UPGRADE: 'UPGRADING', CONFIGURE: 'UPDATING', RESTORE: 'UPDATING', UNINSTALL: 'UNINSTALLING' },
  UPGRADING: {},
  UPDATING: {},
  UNINSTALLING: {},
  FAILED: { UPGRADE: 'UPGRADING', CONFIGURE: 'UPDATING', RESTORE: 'UPDATING', UNINSTALL: 'UNINSTALLING' },
};

/** The state after an action; undefined when it is refused in this one. */
export function afterAction(
  state: ComponentStateName,
  action: ComponentAction,
): ComponentStateName | undefined {
  return NEXT[state][action];
}

/** Cluster states in which components are changed. */
export const COMPONENT_CHANGE_STATES: readonly string[] = ['RUNNING', 'SCALING'];

/** Type of the operation that carries an action out. */
export function componentOperation(action: ComponentAction): `${ComponentAction}_COMPONENT` {
  return `${action}_COMPONENT`;
}

/** What the operation of a change of a component remembers while it waits. */
export interface PendingComponentChange {
  readonly name: string;
  readonly componentId: string;
  /** Of an upgrade. */
  readonly version?: string;
  /** Of a configuration: those that are to be set, null where one goes back to its default. */
  readonly parameters?: Parameters;
}
