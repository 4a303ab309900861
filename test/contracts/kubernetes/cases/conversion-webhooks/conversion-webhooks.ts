import type { Area } from '../../contract-case.js';
import { conversion } from './conversion.js';
import { failures } from './failures.js';

/** Versions of custom resources that webhooks convert. */
export const conversionWebhooks: Area = {
  name: 'conversion webhooks',
  cases: { ...conversion, ...failures },
};
