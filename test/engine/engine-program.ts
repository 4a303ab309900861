import { join } from 'node:path';
import { packageRoot } from '../../kernel/package-root.js';

/** The compiled `engine-process.ts` with its packages in one file, written before the system tests run. */
export const engineProgram = join(packageRoot, 'dist/test/engine/bundle/engine-process.js');
