import { itemKinds, type TimelineItem } from '@fenceline/report/timeline';

export const isApply = ({ kind }: Pick<TimelineItem, 'kind'>): boolean =>
  itemKinds[kind] === 'apply';
