// Hunts the mutants: chaos with the aimed faults on a tree with the patch, one schedule a seed, and whether each seed shows it.
// `node test/mutants/hunt.ts --seeds 20 --json FILE` goes on where FILE ends; the long test beside this takes three seeds each.
import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { runChaos } from '../../chaos/run.ts';
import { RULES, type Scene, type Schedule } from '../../chaos/schedule.ts';
import { between, seededRandom } from '../../loadtest/random.ts';
import { type Cue, MUTANTS, type Mutant } from './mutants.ts';
import { mutatedTree } from './tree.ts';

const EXAMINEES = 40;
/** Busier than in a usual run: eight seconds have to hold controls before and behind each fault. */
const PROCTOR_PACE = [100, 600] as const;

/** What one seed came to: the columns that were not 0; none where nothing was found. */
const Hunted = z.object({ mutant: z.string(), seed: z.int(), columns: z.array(z.string()) });
export type Hunted = z.infer<typeof Hunted>;

export type Hunt = {
  readonly mutant: Mutant;
  /** The first of the seeds, which follow each other, and how many. */
  readonly seed: number;
  readonly seeds: number;
  readonly seconds: number;
  readonly tell?: (sentence: string) => void;
  readonly note?: (hunted: Hunted) => Promise<void>;
};

/** Plays the seeds on the mutant, on one system. Throws where that does not come up. */
export async function hunt({ mutant, seed, seeds, seconds, tell, note = async () => {} }: Hunt): Promise<Hunted[]> {
  const tree = await mutatedTree(mutant.name);
  const found: Hunted[] = [];
  try {
    await runChaos({
      ...{
        seeds,
        seed,
        seconds: mutant.seconds ?? seconds,
        examinees: EXAMINEES,
        proctorPace: PROCTOR_PACE,
        faults: mutant.faults,
        root: tree.root,
        shrink: false,
        live: mutant.live ?? false,
      },
      ...(mutant.faultCount === undefined ? {} : { faultCount: mutant.faultCount }),
      ...(mutant.plot === undefined ? {} : { draw: plotted(mutant.plot) }),
      ...(mutant.submitters === undefined ? {} : { submitters: mutant.submitters }),
      ...(tell === undefined ? {} : { tell }),
      async note({ played, failures }) {
        const own = failures.filter(({ schedule }) => schedule.seed === seed + played - 1);
        const columns = new Set(own.flatMap(({ violations }) => violations.map(({ column }) => column)));
        const hunted = { mutant: mutant.name, seed: seed + played - 1, columns: [...columns] };
        found.push(hunted);
        await note(hunted);
      },
    });
    return found;
  } finally {
    await tree.remove();
  }
}

/** The plot as this seed has it, which draws who is `one` and when and for how long each cue comes. */
function plotted(plot: readonly Cue[]): (seed: number, seconds: number, scene: Scene) => Schedule {
  return (seed, seconds, scene) => {
    const random = seededRandom(`plot ${seed}`);
    const faults = plot.flatMap(({ kind, at, from, ms, way = 'both', size = [0, 0] }) => {
      const all = RULES[kind].targets(scene);
      const one = all[seed % all.length];
      const met = all.filter((target) => at === 'every' || (target === one) === (at === 'one'));
      const drawn = { at: between(random, ...from), ms: between(random, ...ms), size: between(random, ...size) };
      const cue = { kind, way, ...drawn };
      return met.map((target) => ({ ...cue, target }));
    });
    return { seed, seconds, faults };
  };
}

/** Whether it shows where it has to. */
export function isCaught({ mutant, columns }: Hunted): boolean {
  const { shows = [] } = MUTANTS.find(({ name }) => name === mutant) ?? {};
  return columns.some((column) => shows.some((one) => one === column));
}

/** One line a mutant: how many of its seeds showed it, and where. */
export function huntTable(all: readonly Hunted[]): string {
  const rows = MUTANTS.flatMap(({ name, faults }) => {
    const own = all.filter(({ mutant }) => mutant === name);
    if (own.length === 0) return [];
    const columns = [...new Set(own.flatMap((one) => one.columns))].sort();
    return [
      `| ${name} | ${faults.join(', ')} | ${own.filter(isCaught).length} of ${own.length} | ${columns.join(', ')} |`,
    ];
  });
  return ['| mutant | faults | found | columns |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

if (import.meta.main) await command();

async function command(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '8' },
      mutant: { type: 'string', multiple: true },
      json: { type: 'string', default: 'mutants.json' },
    },
  });
  const { json, mutant: names } = values;
  let all = existsSync(json) ? z.array(Hunted).parse(JSON.parse(readFileSync(json, 'utf8'))) : [];
  const first = Number(values.seed);
  for (const mutant of MUTANTS.filter(({ name }) => names === undefined || names.includes(name))) {
    const played = all.filter((one) => one.mutant === mutant.name).length;
    const seeds = Number(values.seeds) - played;
    if (seeds <= 0) continue;
    await hunt({
      ...{ mutant, seed: first + played, seeds, seconds: Number(values.seconds), tell: console.log },
      async note(hunted) {
        all = [...all, hunted];
        await writeFile(`${json}.new`, JSON.stringify(all, null, 1));
        await rename(`${json}.new`, json);
        console.log(
          `${mutant.name}, seed ${hunted.seed}: ${isCaught(hunted) ? 'found' : 'NOT found'} ${hunted.columns.join(', ')}`,
        );
      },
    });
  }
  console.log(huntTable(all));
  process.exit(all.every(isCaught) ? 0 : 1);
}
