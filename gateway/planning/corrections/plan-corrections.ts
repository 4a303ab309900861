import type { InterfaceObjects } from './interface-objects.js';
import type { PlaceholderFields } from './placeholder-fields.js';
import type { Requirements } from './requirements.js';

/** Data for correcting the planner's plans. */
export interface PlanCorrections {
  readonly placeholders: PlaceholderFields;
  readonly requirements: Requirements;
  /** See split-requiring-subgraphs.ts. */
  readonly parts: ReadonlyMap<string, string>;
  /** See interface-objects.ts. */
  readonly interfaceObjects: InterfaceObjects;
}
