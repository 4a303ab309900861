import type { Area } from '../../contract-case.js';
import { calls } from './calls.js';
import { failures } from './failures.js';
import { reviewedObjects } from './reviewed-objects.js';

/** Calls of admission webhooks. */
export const admissionWebhooks: Area = {
  name: 'admission webhooks',
  cases: { ...calls, ...reviewedObjects, ...failures },
};
