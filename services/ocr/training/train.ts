/**
 * Makes the OCR-B model from the free font, with the tools of the Debian package tesseract-ocr.
 *
 *     deno run -A services/ocr/training/train.ts --seed 1 --out services/ocr/models
 */
import { parseArgs } from "node:util";
import { Dice } from "@/lib/random/dice.ts";
import { MRZ_ALPHABET, readGlyphs } from "@/services/ocr/training/font.ts";
import { drawLineSample } from "@/services/ocr/training/line_sample.ts";
import type { LineSample } from "@/services/ocr/training/line_sample.ts";
import { writeTiff } from "@/services/ocr/training/tiff.ts";
import { runTool } from "@/services/ocr/training/tools.ts";

const FONT_DIR = "/usr/share/fonts/opentype/ocr-b";
/** The usual cut, rounded ends, three times as often as the sharp one. */
const CUTS = ["OCRB.otf", "OCRB.otf", "OCRB.otf", "OCRBS.otf"];
const TRAIN_LINES = 8000;
const EVALUATION_LINES = 500;
const PAGE_LINES = 100;
const NET = "[1,36,0,1 Ct3,3,16 Mp3,3 Lfys32 Lfx48 Lrx48 Lfx96 O1c1]";
/** A high rate stalls near 1.6 % of the characters: it is lowered twice. */
const PHASES = [
  { rate: 0.002, iterations: 12_000 },
  { rate: 0.0005, iterations: 2_000 },
  { rate: 0.0001, iterations: 1_000 },
];
/** Of the last phase: the last one, and the best by the lines it was trained with. */
const CHECKPOINTS_TRIED = 2;
const HELP = `Trains the OCR-B model; about 20 minutes of one core.
  --seed N   seed of the drawn lines (1)
  --out DIR  where ocrb.traineddata goes (services/ocr/models)
  --work DIR where lines and checkpoints stay, and lines are found again (a temporary directory, removed at the end)`;

interface Training {
  dir: string;
  seed: number;
  signal: AbortSignal;
}

const { values: args } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    out: { type: "string", default: "services/ocr/models" },
    work: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (args.help) {
  console.log(HELP);
  Deno.exit(0);
}
const ending = new AbortController();
const end = () => ending.abort(new Error("Ended before the model was made"));
Deno.addSignalListener("SIGINT", end);
Deno.addSignalListener("SIGTERM", end);
const dir = args.work ?? await Deno.makeTempDir({ prefix: "ocrb-" });
try {
  await Deno.mkdir(dir, { recursive: true });
  await train({ dir, seed: Number(args.seed), signal: ending.signal });
  await Deno.mkdir(args.out, { recursive: true });
  await Deno.copyFile(`${dir}/ocrb.traineddata`, `${args.out}/ocrb.traineddata`);
  console.log(
    `wrote ${args.out}/ocrb.traineddata, ${(await Deno.stat(`${dir}/ocrb.traineddata`)).size} bytes`,
  );
  Deno.exitCode = 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
} finally {
  if (args.work === undefined) await Deno.remove(dir, { recursive: true });
}
Deno.exit();

/** Leaves `ocrb.traineddata` in the directory. */
async function train(training: Training): Promise<void> {
  const evaluation = await makeLines(training, "evaluation", EVALUATION_LINES, training.seed * 1000 + 999);
  const lines = await makeLines(training, "train", TRAIN_LINES, training.seed * 1000);
  await makeStart(training);
  let name = "", from: string | undefined;
  for (const [i, phase] of PHASES.entries()) {
    name = `phase${i + 1}`;
    await trainPhase(training, { ...phase, name, lines, from });
    from = `${name}_checkpoint`;
  }
  const best = await bestOf(await checkpointsOf(training.dir, name), evaluation, training);
  await runTool("lstmtraining", [
    "--stop_training",
    "--convert_to_int",
    "--continue_from",
    best,
    "--traineddata",
    "start/ocrb/ocrb.traineddata",
    "--model_output",
    "ocrb.traineddata",
  ], { cwd: training.dir, signal: training.signal });
}

/** Draws lines in pages and lets Tesseract turn them into its own form; the file that lists them. */
async function makeLines(training: Training, name: string, count: number, seed: number): Promise<string> {
  if (await isThere(`${training.dir}/${name}.txt`)) {
    console.log(`${name}: lines of an earlier run`);
    return `${name}.txt`;
  }
  const cuts = CUTS.map((file) => readGlyphs(Deno.readFileSync(`${FONT_DIR}/${file}`)));
  const files: string[] = [];
  for (let first = 0; first < count; first += PAGE_LINES) {
    const page = `${name}${first / PAGE_LINES}`;
    const samples: LineSample[] = [];
    for (let i = first; i < Math.min(count, first + PAGE_LINES); i++) {
      training.signal.throwIfAborted();
      samples.push(await drawLineSample(cuts, new Dice(seed + i * 7919)));
    }
    await Deno.writeFile(`${training.dir}/${page}.tif`, writeTiff(samples.map(({ picture }) => picture)));
    await Deno.writeTextFile(`${training.dir}/${page}.box`, samples.map(boxOf).join(""));
    await runTool("tesseract", [`${page}.tif`, page, "--psm", "13", "lstm.train"], {
      cwd: training.dir,
      signal: training.signal,
    });
    await Deno.remove(`${training.dir}/${page}.tif`);
    files.push(`${page}.lstmf`);
    if ((first / PAGE_LINES) % 10 === 9) console.log(`${name}: ${first + PAGE_LINES} lines drawn`);
  }
  await Deno.writeTextFile(`${training.dir}/${name}.txt`, files.map((file) => `${file}\n`).join(""));
  return `${name}.txt`;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function boxOf({ text, picture: { width, height } }: LineSample, page: number): string {
  return `WordStr 0 0 ${width} ${height} ${page} #${text}\n\t ${width} 0 ${width + 1} ${height} ${page}\n`;
}

/** The empty model: which characters there are. */
async function makeStart({ dir, signal }: Training): Promise<void> {
  const options = { cwd: dir, signal };
  await Deno.writeTextFile(`${dir}/alphabet.txt`, MRZ_ALPHABET + "\n");
  await runTool("unicharset_extractor", [
    "--norm_mode",
    "1",
    "--output_unicharset",
    "unicharset",
    "alphabet.txt",
  ], options);
  await Deno.mkdir(`${dir}/script`, { recursive: true });
  await Deno.mkdir(`${dir}/start`, { recursive: true });
  // Asked for even where no script with radicals is in the alphabet: a file of one comment.
  await Deno.writeTextFile(`${dir}/script/radical-stroke.txt`, "# none\n");
  await runTool("combine_lang_model", [
    "--input_unicharset",
    "unicharset",
    "--script_dir",
    "script",
    "--output_dir",
    "start",
    "--lang",
    "ocrb",
  ], options);
}

interface Phase {
  name: string;
  rate: number;
  iterations: number;
  lines: string;
  from: string | undefined;
}

/** Leaves `<name>_checkpoint`; goes on from it where an earlier run left one. */
async function trainPhase({ dir, signal }: Omit<Training, "seed">, phase: Phase): Promise<void> {
  const { name, rate, from } = phase;
  let told = 0;
  console.log(`${name}: ${phase.iterations} lines at rate ${rate}`);
  await runTool("lstmtraining", [
    "--traineddata",
    "start/ocrb/ocrb.traineddata",
    ...(from === undefined ? ["--net_spec", NET] : ["--continue_from", from, "--reset_learning_rate"]),
    "--learning_rate",
    String(rate),
    "--train_listfile",
    phase.lines,
    "--model_output",
    name,
    "--max_iterations",
    String(phase.iterations),
    "--target_error_rate",
    "0.01",
    "--max_image_MB",
    "800",
  ], {
    cwd: dir,
    signal,
    onLine: (line) => {
      if (line.startsWith("Can't encode")) throw new Error(`The empty model lacks the alphabet: ${line}`);
      const iteration = Number(/^At iteration \d+\/(\d+)/.exec(line)?.[1] ?? 0);
      if (iteration < told + 1000) return;
      told = iteration;
      console.log(line);
    },
  });
}

/** The last one and those of the lowest error while training, which is in their names. */
async function checkpointsOf(dir: string, name: string): Promise<string[]> {
  const byError: { error: number; file: string }[] = [];
  for await (const { name: file } of Deno.readDir(dir)) {
    const error = new RegExp(`^${name}_([0-9.]+)_.*\\.checkpoint$`).exec(file)?.[1];
    if (error !== undefined) byError.push({ error: Number(error), file });
  }
  byError.sort((a, b) => a.error - b.error);
  return [`${name}_checkpoint`, ...byError.slice(0, CHECKPOINTS_TRIED - 1).map(({ file }) => file)];
}

/** The one with the least errors on the evaluation lines. */
async function bestOf(
  checkpoints: readonly string[],
  evaluation: string,
  { dir, signal }: Omit<Training, "seed">,
): Promise<string> {
  let best = { file: "", error: Infinity };
  for (const file of checkpoints) {
    const said = await runTool("lstmeval", [
      "--model",
      file,
      "--traineddata",
      "start/ocrb/ocrb.traineddata",
      "--eval_listfile",
      evaluation,
      "--verbosity",
      "0",
    ], { cwd: dir, signal });
    const line = /BCER eval=([\d.]+).*$/m.exec(said);
    if (line === null) throw new Error(`lstmeval gave no error rate: ${said.slice(-200)}`);
    console.log(`${file}: ${line[0]}`);
    if (Number(line[1]) < best.error) best = { file, error: Number(line[1]) };
  }
  return best.file;
}
