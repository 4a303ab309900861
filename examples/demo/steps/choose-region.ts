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

/** Chooses the region of the option --region, or the first one that offers the product. */
export const chooseRegion: Step = {
  title: 'Choose a region where ACK Pro is available',
  async run(context, output) {
    const { regions } = await context.client.query(Regions);
    const offered = regions.filter(({ availability }) => availability === 'AVAILABLE');
    assertThat(offered.length > 0, 'ACK Pro is available in no region');
    const regionId = context.requestedRegion ?? 'cn-hangzhou';
    const region = offered.find(({ id }) => id === regionId) ?? offered[0];
    assertThat(region, 'the region does not exist');
    assertThat(!context.requestedRegion || region.id === regionId, `ACK Pro is not available in ${regionId}`);
    context.regionId = region.id;
    const { timeZone } = region;
    output.line(
      `time zone ${timeZone.id} (UTC${timeZone.utcOffset}): it is ${timeZone.localTime.slice(11, 16)} there`,
    );
    if (timeZone.nextTransition) output.line(`clocks change there at ${timeZone.nextTransition}`);
    output.headline(`${region.id}, ${region.city}: one of ${offered.length} regions that offer it`);
  },
};
