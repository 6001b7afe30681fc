import { asset, Head } from "fresh/runtime";

export default function Home() {
  return (
    <main>
      <Head>
        <title>Home</title>
        <meta name="description" content="The start" />
        <link rel="stylesheet" href={asset("/styles.css")} />
      </Head>
      <a href="/">home</a>
      <a href="/rooms">rooms</a>
      <img src="/img/dot.svg" />
    </main>
  );
}
