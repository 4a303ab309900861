import { join } from 'node:path';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { packageRoot } from '../../../kernel/package-root.js';
import { disposeOnExit } from '../../platform/dispose-on-exit.js';
import { type BenchProcess, startProcess } from '../../platform/process.js';
import { DEMO_LINK, demoSdl } from './schema.js';

/** The running subgraphs of the demo and their supergraph. */
export interface DemoGraph {
  readonly process: BenchProcess;
  readonly supergraphSdl: string;
}

/** Starts the demo's subgraphs in a process of their own. */
export async function startDemo(started: AsyncDisposableStack): Promise<DemoGraph> {
  const script = join(packageRoot, 'dist/bench/gateway/demo/main.js');
  const process = await disposeOnExit(
    started,
    startProcess({ name: 'subgraphs of the demo', args: [script] }),
  );
  const urls = JSON.parse(process.url) as Record<string, string>;
  const subgraphs = Object.entries(demoSdl).map(([name, types]) => {
    const url = urls[name];
    if (!url) throw new Error(`the demo printed no URL of the subgraph ${name}`);
    return { name, sdl: DEMO_LINK + types, url };
  });
  return { process, supergraphSdl: composeSupergraph(subgraphs) };
}
