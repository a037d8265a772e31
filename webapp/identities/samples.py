from ..web.samples import HOSTILE, Samples

SAMPLES: Samples = {
    "identities/failed.html": {"hostile": {"sentence": HOSTILE, "href": "/sign-in/provider?next=" + HOSTILE}},
    "identities/signed_out.html": {
        "nowhere to go": {"href": ""},
        "hostile": {"href": "https://a.example/logout?client_id=" + HOSTILE},
    },
}
