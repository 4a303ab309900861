import { test } from 'vitest';
import { builtControlPlane } from '../../kit/control-plane.js';
import { openReal } from './real-implementation.js';
import { runContract } from './run-contract.js';

const assets = builtControlPlane('the contract of Kubernetes with a real control plane');
if (assets) runContract({ name: 'real', open: () => openReal(assets) });
else test.skip('real: the control plane is not built', () => undefined);
