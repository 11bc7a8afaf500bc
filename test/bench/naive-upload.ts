/** Uploads as one writes them at first: the whole form in memory, each file into the bucket as it is. */
export default {
  async fetch(request, env) {
    if (request.method !== 'POST') return new Response('ok');
    const form = await request.formData();
    const files = form.getAll('media').filter((file) => file instanceof File);
    await Promise.all(files.map((file) => env.MEDIA.put(crypto.randomUUID(), file)));
    return new Response(null, { status: 201 });
  },
} satisfies ExportedHandler<Env>;
