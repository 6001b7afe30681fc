import { mrzPicture } from "@/tests/specimens/mrz_pictures.ts";
import { openPicture } from "@/services/ocr/pictures/picture.ts";
import { findMrzBands } from "@/lib/ocr/picture/mrz_band.ts";
import { stripOf } from "@/lib/ocr/picture/strip.ts";
import { greyPng } from "@/services/ocr/training/degrade.ts";
const save = Deno.args[0];
for (const set of ["clean","degraded","hard"] as const) for (let i=0;i<Number(Deno.args[1]??12);i++){
  const p=await mrzPicture(set,i);
  if (save===`${set}${i}`) Deno.writeFileSync("/tmp/mrz_pic.png",p.content);
  const t=performance.now();
  const g=await openPicture(p.content); if (typeof g==="string") throw g;
  const t1=performance.now();
  const b=findMrzBands(g);
  const t2=performance.now();
  const ok = b[0]?.rows.length===p.lines.length;
  const slope=b[0]?.rows[0]?.curve.slope??0;
  console.log(set,i,p.isPage?"page":"band",`${g.width}x${g.height}`,ok?"OK":"MISS",b.map(x=>x.rows.length+":"+x.score.toFixed(0)).join(" "), p.lines.length*p.lines[0]!.length, (Math.atan(slope)*180/Math.PI).toFixed(2), "len", b[0]?.rows.map(r=>((r.right-r.left)/r.pitch).toFixed(1)).join("/"), p.lines[0]!.length, (t1-t).toFixed(0),(t2-t1).toFixed(0));
  if (save===`${set}${i}`) for (const [k,r] of (b[0]?.rows??[]).entries()) Deno.writeFileSync(`/tmp/mrz_strip${k}.png`, await greyPng(stripOf(g,r,{beside:.45,above:.22})));
}
