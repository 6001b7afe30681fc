import { Buffer } from "node:buffer";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { createWorker, OEM, type PSM, type Worker } from "tesseract.js";
import type { Box, PrintedLine } from "@/lib/ocr/reading.ts";

/** `ocrb`: machine-readable zones, our own; `eng`: print. */
export type OcrModel = "ocrb" | "eng";

/** How Tesseract cuts what it is given: 3 a page, 6 a block, 7 a line, 11 scattered words, 13 a line left as it is. */
export type Segmentation = 3 | 4 | 6 | 7 | 11 | 13;

export interface LineReading {
  text: string;
  /** 0 to 1, of each character of `text`. */
  confidences: readonly number[];
}

interface EngineFiles {
  /** Directory of `<model>.traineddata`, with `.gz` at the end where it is packed. */
  dir: string;
  isPacked: boolean;
}

const FILES: Readonly<Record<OcrModel, EngineFiles>> = {
  ocrb: { dir: fileURLToPath(new URL("../models", import.meta.url)), isPacked: false },
  eng: {
    dir: `${dirname(fileURLToPath(import.meta.resolve("@tesseract.js-data/eng")))}/4.0.0_best_int`,
    isPacked: true,
  },
};

/** Pictures come without a resolution; Tesseract would guess one and say so for each. */
const ASSUMED_DPI = "300";

/** Tesseract, one engine a model, each started when it is first needed; close it when all is read. */
export class OcrEngines {
  readonly #engines = new Map<OcrModel, Promise<Worker>>();
  /** The last job of each engine: one has its own segmentation mode, so jobs stand in line. */
  readonly #last = new Map<OcrModel, Promise<unknown>>();

  /** One line; a picture without text reads as the empty text. */
  async readLine(png: Buffer, model: OcrModel, segmentation: Segmentation): Promise<LineReading> {
    const words = (await this.#read(png, model, segmentation)).flat();
    const symbols = words.flatMap((word) => word.symbols);
    return {
      text: symbols.map(({ text }) => text).join(""),
      confidences: symbols.map(({ confidence }) => confidence),
    };
  }

  /** All lines, top to bottom, with their words and where they stand. */
  async readPage(png: Buffer, model: OcrModel, segmentation: Segmentation): Promise<PrintedLine[]> {
    const lines = await this.#read(png, model, segmentation);
    return lines.map((words) => words.map(({ text, confidence, box }) => ({ text, confidence, box })));
  }

  async close(): Promise<void> {
    const engines = [...this.#engines.values()];
    this.#engines.clear();
    // One that never started was told to whom needed it, and has nothing to close.
    await Promise.allSettled(engines.map(async (engine) => await (await engine).terminate()));
  }

  async #read(png: Buffer, model: OcrModel, segmentation: Segmentation): Promise<ReadWord[][]> {
    const before = this.#last.get(model);
    const job = (async () => {
      // What went wrong there was told there.
      await before?.catch(() => undefined);
      const engine = await this.#engine(model);
      await engine.setParameters({
        tessedit_pageseg_mode: String(segmentation) as PSM,
        user_defined_dpi: ASSUMED_DPI,
      });
      const { data } = await engine.recognize(png, {}, { text: false, blocks: true });
      const lines = (data.blocks ?? []).flatMap(({ paragraphs }) => paragraphs.flatMap(({ lines }) => lines));
      return lines.map(({ words }) => words.map(readWord));
    })();
    this.#last.set(model, job);
    return await job;
  }

  #engine(model: OcrModel): Promise<Worker> {
    let engine = this.#engines.get(model);
    if (engine === undefined) {
      engine = startEngine(model);
      this.#engines.set(model, engine);
    }
    return engine;
  }
}

interface ReadWord {
  text: string;
  confidence: number;
  box: Box;
  symbols: { text: string; confidence: number }[];
}

function readWord({ text, confidence, bbox, symbols }: Tesseract.Word): ReadWord {
  return {
    text,
    confidence: confidence / 100,
    box: { left: bbox.x0, top: bbox.y0, width: bbox.x1 - bbox.x0, height: bbox.y1 - bbox.y0 },
    symbols: symbols.map((symbol) => ({ text: symbol.text, confidence: symbol.confidence / 100 })),
  };
}

/** Rejects when the model cannot be read. Nothing is fetched and nothing is kept: paths are local, there is no cache. */
function startEngine(model: OcrModel): Promise<Worker> {
  const { dir, isPacked } = FILES[model];
  return new Promise((resolve, reject) => {
    createWorker(model, OEM.LSTM_ONLY, {
      langPath: dir,
      gzip: isPacked,
      cacheMethod: "none",
      // Without a handler it throws out of a callback; and a model that cannot be loaded is told here only.
      errorHandler: (error) => reject(new Error(`Cannot run the OCR engine for ${model}: ${error}`)),
    }).then(resolve, reject);
  });
}
