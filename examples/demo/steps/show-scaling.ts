import type { ScalingEvent } from '../event-feed.js';
import type { Step } from '../demo-context.js';
import { pollUntil } from '../poll-until.js';

/** Expects both changes of size in the stream of scaling events: that of the node pool and that of the workload. */
export const showScaling: Step = {
  title: 'Show the scaling events',
  async run(context, output) {
    const { feed, signal } = context;
    const changes: ScalingEvent['target'][] = await pollUntil(
      () => {
        feed.check();
        const targets = feed.scaling.map(({ target }) => target);
        const kinds = new Set(targets.map((target) => target?.__typename));
        return kinds.has('NodePool') && kinds.has('Workload') ? targets : undefined;
      },
      { condition: 'scaling events of a node pool and of a workload', signal, within: 30_000 },
    );
    for (const { at, target, fromSize, toSize, trigger } of feed.scaling) {
      const name = target ? `${target.__typename} ${target.name}` : 'something';
      output.line(`${at.slice(11, 19)}  ${name}: ${fromSize} → ${toSize} (${trigger})`);
    }
    output.headline(`${changes.length} changes of size`);
  },
};
