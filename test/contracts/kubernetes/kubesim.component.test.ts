import { differences } from './differences.js';
import { openKubesim } from './kubesim-implementation.js';
import { runContract } from './run-contract.js';

runContract({ name: 'kubesim', open: openKubesim, differences });
