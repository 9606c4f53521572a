import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

/**
 * Tests on real kernels run after the quick ones and one at a time, so that nothing else competes with
 * their VMs for the processor.
 */
const onRealKernels = { groupOrder: 1 };

/** One more than CI has cores: chaos alone takes one for minutes in which it mostly waits. */
const maxWorkers = 3;

/** The specs that take longest, the longest first. */
const longest = [
  'test/service/chaos/chaos.spec.ts',
  'apps/cli/src/commands/stored-evidence.spec.ts',
  'test/contract/decode-tshark.spec.ts',
  'scripts/mutants/campaign.spec.mjs',
  'test/service/worker.spec.ts',
  'test/service/launcher.spec.ts',
  'libs/verifier/src/exhaustive/agreement.spec.ts',
  'libs/verifier/src/trust/trust.spec.ts',
  'test/service/schema-engine.spec.ts',
  'test/service/migrations.spec.ts',
  'test/service/pinned-images.spec.ts',
  'test/web/journey.spec.ts',
  'test/service/cli.spec.ts',
];

/**
 * Vitest begins with the largest files, and these are not the ones that take longest: begun last, they would keep one
 * worker busy while the others have nothing left. A process without isolation goes on to the next file only where that is
 * of the same project, so the files of a project follow each other.
 */
class LongestFirst extends BaseSequencer {
  async sort(files) {
    const rank = ({ moduleId }) => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).toSorted(
      (one, other) => rank(one) - rank(other) || one.project.name.localeCompare(other.project.name),
    );
  }
}

/** Projects whose specs leave nothing behind that another spec could see. */
const pure = [
  ...['capture', 'contracts', 'history', 'nvme', 'reference', 'report', 'verifier'].map(
    (library) => `libs/${library}`,
  ),
  'apps/dashboard',
];

/**
 * `vitest run` has the quick specs and test/integration. The longer tiers are a folder of test/ each and run
 * alone: `vitest run --mode docs|lab|web|long`.
 */
export default defineConfig(({ mode }) => ({
  // Workspace packages are read from their sources, so that no test sees a stale build.
  resolve: { conditions: ['source'] },
  // Nest injects by the types of constructors.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    testTimeout: 20_000,
    // What is waited for takes its time on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    sequence: { sequencer: LongestFirst },
    projects:
      mode === 'test'
        ? [
            {
              extends: true,
              test: {
                name: 'pure',
                include: pure.map((project) => `${project}/src/**/*.spec.ts`),
                // They share nothing that could be changed, so they share what they load.
                isolate: false,
                maxWorkers,
              },
            },
            {
              extends: true,
              test: {
                name: 'quick',
                exclude: pure.map((project) => `${project}/**`),
                include: [
                  'libs/*/src/**/*.spec.ts',
                  'apps/{cli,worker,launcher}/src/**/*.spec.ts',
                  'guest/src/**/*.spec.ts',
                  'scripts/**/*.spec.mjs',
                  'prisma/**/*.spec.mjs',
                  'test/contract/**/*.spec.ts',
                ],
                maxWorkers,
              },
            },
            {
              extends: true,
              test: {
                name: 'service',
                include: [
                  'apps/control-plane/src/**/*.spec.ts',
                  'test/service/**/*.spec.ts',
                  'test/web/journey.spec.ts',
                ],
                // Each loads all of the control plane, and has an application and a database of its own.
                isolate: false,
                globalSetup: ['test/support/service/setup.ts'],
                // A database of a spec's own takes seconds where other specs take the processor.
                hookTimeout: 60_000,
                maxWorkers,
              },
            },
            {
              extends: true,
              test: {
                name: 'integration',
                include: ['test/integration/**/*.spec.ts'],
                testTimeout: 180_000,
                hookTimeout: 180_000,
                maxWorkers: 1,
                sequence: onRealKernels,
              },
            },
          ]
        : [
            {
              extends: true,
              test: {
                name: mode,
                include: [`test/${mode}/**/*.spec.ts`],
                testTimeout: 600_000,
                hookTimeout: 600_000,
                // What a page or a lab comes to is waited for, however busy the machine is.
                expect: { poll: { timeout: 60_000 } },
                maxWorkers: 1,
              },
            },
          ],
  },
}));
