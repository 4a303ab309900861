import { graphql } from '../../generated/index.js';
import { assertThat, type Step } from '../demo-context.js';

const Versions = graphql(`
  query DemoVersions {
    kubernetesVersions {
      id
      minor
      creatable
      upgradeTargets {
        id
        minor
      }
    }
  }
`);

const { compare: byVersion } = new Intl.Collator('en', { numeric: true });

/** Chooses an older version for the new cluster and the next minor version as the upgrade target. */
export const chooseVersions: Step = {
  title: 'Choose a Kubernetes version and an upgrade target',
  async run(context, output) {
    const { kubernetesVersions } = await context.client.query(Versions, {}, { signal: context.signal });
    const choices = kubernetesVersions
      .filter(({ creatable }) => creatable)
      .flatMap(({ id, minor, upgradeTargets }) =>
        upgradeTargets
          .filter((target) => target.minor !== minor)
          .map((target) => ({ id, target: target.id })),
      );
    const [choice] = choices.sort(
      (left, right) => byVersion(right.target, left.target) || byVersion(right.id, left.id),
    );
    assertThat(choice, 'no version that can be created has a next minor version');
    context.version = choice.id;
    context.targetVersion = choice.target;
    const creatable = kubernetesVersions.filter((version) => version.creatable).map(({ id }) => id);
    output.line(`can be created: ${creatable.join(', ')}`);
    output.headline(`Kubernetes ${choice.id}, to be upgraded to ${choice.target}`);
  },
};
