export { faultsOf, runCampaign, type Campaign, type MutationTally } from './campaign.testing.js';
export { allMutations } from './mutations/index.testing.js';
