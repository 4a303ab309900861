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

/** Picks the older version that a cluster can be created with, and the next minor version to upgrade it to. */
export const chooseVersions: Step = {
  title: 'Choose a Kubernetes version, and the one after it',
  async run(story, tell) {
    const { kubernetesVersions } = await story.client.query(Versions, {}, { signal: story.signal });
    const choices = kubernetesVersions
      .filter(({ creatable }) => creatable)
      .flatMap(({ id, minor, upgradeTargets }) =>
        upgradeTargets
          .filter((target) => target.minor !== minor)
          .map((target) => ({ id, target: target.id })),
      );
    const [choice] = choices.sort(
      (one, other) => byVersion(other.target, one.target) || byVersion(other.id, one.id),
    );
    assertThat(choice, 'no version that can be created has a next minor version');
    story.version = choice.id;
    story.targetVersion = choice.target;
    const creatable = kubernetesVersions.filter((version) => version.creatable).map(({ id }) => id);
    tell.line(`can be created: ${creatable.join(', ')}`);
    tell.headline(`Kubernetes ${choice.id}, to be upgraded to ${choice.target}`);
  },
};
