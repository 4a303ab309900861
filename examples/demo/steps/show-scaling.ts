import type { ScalingEvent } from '../event-feed.js';
import type { Step } from '../demo-context.js';
import { pollUntil } from '../poll-until.js';

/** The stream of scaling events has brought both changes of size: the node pool's and the workload's. */
export const showScaling: Step = {
  title: 'See the scaling events that came in meanwhile',
  async run(story, tell) {
    const { feed, signal } = story;
    const wanted: ScalingEvent['target'][] = await pollUntil(
      () => {
        feed.check();
        const targets = feed.scaling.map(({ target }) => target);
        const kinds = new Set(targets.map((target) => target?.__typename));
        return kinds.has('NodePool') && kinds.has('Workload') ? targets : undefined;
      },
      { what: 'scaling events of a node pool and of a workload', signal, within: 30_000 },
    );
    for (const { at, target, fromSize, toSize, trigger } of feed.scaling) {
      const name = target ? `${target.__typename} ${target.name}` : 'something';
      tell.line(`${at.slice(11, 19)}  ${name}: ${fromSize} → ${toSize} (${trigger})`);
    }
    tell.headline(`${wanted.length} changes of size`);
  },
};
