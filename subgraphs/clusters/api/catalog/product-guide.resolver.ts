import { Arg, Query, Resolver } from 'type-graphql';
import { CatalogFile } from '../../store/catalog-file.js';
import {
  HighRiskOperation,
  OpenSourceCategory,
  OpenSourceProject,
  RiskSection,
} from '../entities/product-guide.type.js';

interface RiskEntry extends Omit<HighRiskOperation, 'section'> {
  /** `node-pool` for NODE_POOL. */
  readonly section: string;
}

/** Guidance from the ACK documentation: high-risk operations and open-source projects. */
@Resolver()
export class ProductGuideResolver {
  private readonly risks = new CatalogFile<RiskEntry>('high-risk-operations');
  private readonly projects = new CatalogFile<OpenSourceProject>('open-source-projects');

  @Query(() => [HighRiskOperation], {
    description: 'High-risk operations, in the order of the ACK documentation.',
  })
  async highRiskOperations(
    @Arg('section', () => RiskSection, { nullable: true, description: 'Only operations of this section.' })
    section?: RiskSection | null,
    @Arg('component', () => String, {
      nullable: true,
      description: 'Only operations on this component, e.g. `disk`.',
    })
    component?: string | null,
    @Arg('recoverable', () => Boolean, {
      nullable: true,
      description: 'True: only operations that can be remediated; false: only the others.',
    })
    recoverable?: boolean | null,
  ): Promise<HighRiskOperation[]> {
    const all = (await this.risks.entries()).map((entry) => ({
      ...entry,
      section: sectionOf(entry.section),
    }));
    return all.filter(
      (risk) =>
        (section == null || risk.section === section) &&
        (component == null || risk.component === component) &&
        (recoverable == null || risk.recoverable === recoverable),
    );
  }

  @Query(() => [OpenSourceProject], {
    description: 'Open-source projects, in the order of the ACK documentation.',
  })
  async openSourceProjects(
    @Arg('category', () => OpenSourceCategory, {
      nullable: true,
      description: 'Only projects of this category.',
    })
    category?: OpenSourceCategory | null,
  ): Promise<OpenSourceProject[]> {
    return (await this.projects.entries()).filter(
      (project) => category == null || project.category === category,
    );
  }
}

function sectionOf(printed: string): RiskSection {
  return printed.toUpperCase().replaceAll('-', '_') as RiskSection;
}
