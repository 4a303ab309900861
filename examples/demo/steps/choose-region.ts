import { graphql } from '../../generated/index.js';
import { assertThat, type Step } from '../demo-context.js';

const Regions = graphql(`
  query DemoRegions {
    regions {
      id
      city
      availability(product: ACK_PRO)
      timeZone {
        id
        utcOffset
        localTime
        nextTransition
      }
    }
  }
`);

/** Picks a region where the product can be had: the one asked for, or the first. */
export const chooseRegion: Step = {
  title: 'Choose a region where ACK Pro is available',
  async run(story, tell) {
    const { regions } = await story.client.query(Regions);
    const offered = regions.filter(({ availability }) => availability === 'AVAILABLE');
    assertThat(offered.length > 0, 'ACK Pro is available in no region');
    const wanted = story.wantedRegion ?? 'cn-hangzhou';
    const region = offered.find(({ id }) => id === wanted) ?? offered[0];
    assertThat(region, 'no region');
    assertThat(!story.wantedRegion || region.id === wanted, `ACK Pro is not available in ${wanted}`);
    story.regionId = region.id;
    const { timeZone } = region;
    tell.line(
      `time zone ${timeZone.id} (UTC${timeZone.utcOffset}): it is ${timeZone.localTime.slice(11, 16)} there`,
    );
    if (timeZone.nextTransition) tell.line(`clocks change there at ${timeZone.nextTransition}`);
    tell.headline(`${region.id}, ${region.city}: one of ${offered.length} regions that offer it`);
  },
};
