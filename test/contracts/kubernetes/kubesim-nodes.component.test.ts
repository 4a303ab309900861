import { nodeAreas } from './areas.js';
import { differences } from './differences.js';
import { openWithNode } from './kubesim-implementation.js';
import { runContract } from './run-contract.js';

runContract({ name: 'kubesim', open: () => openWithNode(), areas: nodeAreas, differences });
