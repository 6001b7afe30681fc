/** Runs a Type 2 charstring (Adobe Technical Note 5177) as far as upright text fonts use it. */

/** Where charstrings call into: the font's own subroutines and the global ones. */
export interface Subroutines {
  local: readonly Uint8Array[];
  global: readonly Uint8Array[];
}

const CALLS_DEEP_MAX = 10;

/** The outline as an SVG path in font units, y upwards. Throws on an operator no text font needs. */
export function outlineOf(code: Uint8Array, subroutines: Subroutines): string {
  return new Outline(subroutines).draw(code);
}

class Outline {
  #subroutines: Subroutines;
  #stack: number[] = [];
  #path: string[] = [];
  #x = 0;
  #y = 0;
  #hints = 0;
  #isEnded = false;

  constructor(subroutines: Subroutines) {
    this.#subroutines = subroutines;
  }

  draw(code: Uint8Array): string {
    this.#run(code, 0);
    return this.#path.join("") + (this.#path.length > 0 ? "Z" : "");
  }

  #run(code: Uint8Array, depth: number): void {
    if (depth > CALLS_DEEP_MAX) throw new RangeError(`Charstring calls deeper than ${CALLS_DEEP_MAX}`);
    const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
    let at = 0;
    while (at < code.length && !this.#isEnded) {
      const byte = code[at++]!;
      if (byte >= 32 || byte === 28) at = this.#number(byte, view, at);
      else if (byte === 10) this.#call(this.#subroutines.local, depth);
      else if (byte === 29) this.#call(this.#subroutines.global, depth);
      else if (byte === 11) return;
      else if (byte === 19 || byte === 20) {
        this.#hints += this.#stack.length >> 1;
        this.#stack = [];
        at += (this.#hints + 7) >> 3;
      } else if (byte === 12) this.#flex(code[at++]!);
      else this.#operator(byte);
    }
  }

  #number(byte: number, view: DataView, at: number): number {
    if (byte === 28) {
      this.#stack.push(view.getInt16(at));
      return at + 2;
    }
    if (byte === 255) {
      this.#stack.push(view.getInt32(at) / 65536);
      return at + 4;
    }
    if (byte <= 246) {
      this.#stack.push(byte - 139);
      return at;
    }
    const low = view.getUint8(at);
    this.#stack.push(byte <= 250 ? (byte - 247) * 256 + low + 108 : -(byte - 251) * 256 - low - 108);
    return at + 1;
  }

  #call(routines: readonly Uint8Array[], depth: number): void {
    const bias = routines.length < 1240 ? 107 : routines.length < 33_900 ? 1131 : 32_768;
    const routine = routines[this.#stack.pop()! + bias];
    if (routine === undefined) throw new RangeError("Charstring calls a subroutine that is not there");
    this.#run(routine, depth + 1);
  }

  #operator(operator: number): void {
    const args = this.#stack;
    this.#stack = [];
    switch (operator) {
      case 1:
      case 3:
      case 18:
      case 23:
        this.#hints += args.length >> 1;
        return;
      case 4:
        return this.#move(0, args.at(-1)!);
      case 21:
        return this.#move(args.at(-2)!, args.at(-1)!);
      case 22:
        return this.#move(args.at(-1)!, 0);
      case 5:
        return this.#lines(args);
      case 6:
        return this.#alternating(args, true);
      case 7:
        return this.#alternating(args, false);
      case 8:
        return this.#curves(args);
      case 24:
        this.#curves(args.slice(0, -2));
        return this.#lines(args.slice(-2));
      case 25:
        this.#lines(args.slice(0, -6));
        return this.#curves(args.slice(-6));
      case 26:
        return this.#straightCurves(args, false);
      case 27:
        return this.#straightCurves(args, true);
      case 30:
        return this.#turningCurves(args, false);
      case 31:
        return this.#turningCurves(args, true);
      case 14:
        this.#isEnded = true;
        return;
      default:
        throw new RangeError(`Charstring operator ${operator} is not known here`);
    }
  }

  #move(dx: number, dy: number): void {
    this.#x += dx;
    this.#y += dy;
    this.#path.push(`${this.#path.length > 0 ? "Z" : ""}M${this.#x} ${this.#y}`);
  }

  #line(dx: number, dy: number): void {
    this.#x += dx;
    this.#y += dy;
    this.#path.push(`L${this.#x} ${this.#y}`);
  }

  #curve(ax: number, ay: number, bx: number, by: number, cx: number, cy: number): void {
    const x1 = this.#x + ax, y1 = this.#y + ay, x2 = x1 + bx, y2 = y1 + by;
    this.#x = x2 + cx;
    this.#y = y2 + cy;
    this.#path.push(`C${x1} ${y1} ${x2} ${y2} ${this.#x} ${this.#y}`);
  }

  #lines(args: readonly number[]): void {
    for (let i = 0; i + 1 < args.length; i += 2) this.#line(args[i]!, args[i + 1]!);
  }

  #alternating(args: readonly number[], startsAcross: boolean): void {
    args.forEach((length, i) =>
      (i % 2 === 0) === startsAcross ? this.#line(length, 0) : this.#line(0, length)
    );
  }

  #curves(args: readonly number[]): void {
    for (let i = 0; i + 5 < args.length; i += 6) {
      this.#curve(args[i]!, args[i + 1]!, args[i + 2]!, args[i + 3]!, args[i + 4]!, args[i + 5]!);
    }
  }

  /** Two curves as one shallow bow, in four spellings. */
  #flex(operator: number): void {
    const args = this.#stack as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      ...number[],
    ];
    this.#stack = [];
    if (operator === 35) this.#curves(args.slice(0, 12));
    else if (operator === 34) {
      const [ax, bx, by, cx, dx, ex, fx] = args;
      this.#curves([ax, 0, bx, by, cx, 0, dx, 0, ex, -by, fx, 0]);
    } else if (operator === 36) {
      const [ax, ay, bx, by, cx, dx, ex, ey, fx] = args;
      this.#curves([ax, ay, bx, by, cx, 0, dx, 0, ex, ey, fx, -(ay + by + ey)]);
    } else if (operator === 37) {
      const dx = args[0] + args[2] + args[4] + args[6] + args[8];
      const dy = args[1] + args[3] + args[5] + args[7] + args[9]!;
      const last = args[10]!;
      const end = Math.abs(dx) > Math.abs(dy) ? [last, -dy] : [-dx, last];
      this.#curves([...args.slice(0, 10), ...end]);
    } else throw new RangeError(`Charstring operator 12 ${operator} is not known here`);
  }

  /** hhcurveto and vvcurveto: both ends along one axis; an odd first number is the other axis' start. */
  #straightCurves(args: readonly number[], isAcross: boolean): void {
    let extra = args.length % 2 === 1 ? args[0]! : 0;
    for (let i = args.length % 2; i + 3 < args.length; i += 4) {
      const [a, bx, by, c] = args.slice(i, i + 4) as [number, number, number, number];
      if (isAcross) this.#curve(a, extra, bx, by, c, 0);
      else this.#curve(extra, a, bx, by, 0, c);
      extra = 0;
    }
  }

  /** hvcurveto and vhcurveto: every curve ends along the axis it did not start on. */
  #turningCurves(args: readonly number[], startsAcross: boolean): void {
    let isAcross = startsAcross;
    for (let i = 0; i + 3 < args.length; i += 4) {
      const [a, bx, by, c] = args.slice(i, i + 4) as [number, number, number, number];
      const last = args.length - i === 5 ? args[i + 4]! : 0;
      if (isAcross) this.#curve(a, 0, bx, by, last, c);
      else this.#curve(0, a, bx, by, c, last);
      isAcross = !isAcross;
    }
  }
}
