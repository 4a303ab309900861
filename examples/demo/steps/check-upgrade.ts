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
  title: 'Check what would block an upgrade',
  async run(context, output) {
    const variables = { clusterId: need(context, 'clusterId'), version: need(context, 'targetVersion') };
    const { runClusterCheck } = await context.client.mutate(Check, variables, { signal: context.signal });
    expectAccepted('the check', runClusterCheck.userErrors);
    const { clusterCheck: check } = runClusterCheck;
    assertThat(check, 'the mutation returned no check');
    for (const { name, level, result, message } of check.items)
      output.line(`${result === 'PASSED' ? '✓' : '✗'} ${name} (${level}): ${message}`);
    assertThat(check.state === 'PASSED', 'the check failed');
    output.headline(`${check.items.length} items checked, none blocks the upgrade`);
  },
};
