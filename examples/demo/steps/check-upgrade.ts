import { graphql } from '../../generated/index.js';
import { expectAccepted, assertThat, need, type Step } from '../demo-context.js';

const Check = graphql(`
  mutation DemoCheckUpgrade($clusterId: ID!, $version: String!) {
    runClusterCheck(input: { clusterId: $clusterId, type: UPGRADE, version: $version }) {
      clusterCheck {
        state
        items {
          name
          level
          result
          message
        }
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const checkUpgrade: Step = {
  title: 'Check what would be in the way of an upgrade',
  async run(story, tell) {
    const variables = { clusterId: need(story, 'clusterId'), version: need(story, 'targetVersion') };
    const { runClusterCheck } = await story.client.mutate(Check, variables, { signal: story.signal });
    expectAccepted('the check', runClusterCheck.userErrors);
    const { clusterCheck: check } = runClusterCheck;
    assertThat(check, 'there is no check');
    for (const { name, level, result, message } of check.items)
      tell.line(`${result === 'PASSED' ? '✓' : '✗'} ${name} (${level}): ${message}`);
    assertThat(check.state === 'PASSED', 'something is in the way of the upgrade');
    tell.headline(`${check.items.length} things looked at, nothing in the way`);
  },
};
