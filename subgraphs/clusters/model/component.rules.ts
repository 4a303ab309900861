import type { Parameters } from './component-parameters.js';

/** Actions on an installed component. */
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
 * The state after each action; a missing entry rejects the action. A change must end before the next is accepted;
 * FAILED accepts changes, which can fix the component.
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

/** The state after an action; undefined when this state rejects the action. */
export function afterAction(
  state: ComponentStateName,
  action: ComponentAction,
): ComponentStateName | undefined {
  return NEXT[state][action];
}

/** Cluster states in which components are changed. */
export const COMPONENT_CHANGE_STATES: readonly string[] = ['RUNNING', 'SCALING'];

/** Type of the operation that performs an action. */
export function componentOperation(action: ComponentAction): `${ComponentAction}_COMPONENT` {
  return `${action}_COMPONENT`;
}

/** The input that the operation of a component change stores. */
export interface PendingComponentChange {
  readonly name: string;
  readonly componentId: string;
  /** Only for an upgrade. */
  readonly version?: string;
  /** Only for a configuration: the parameters to set; null resets one to its default. */
  readonly parameters?: Parameters;
}
