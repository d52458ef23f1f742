"""What becomes of files of settings: locks, what a person keeps, one write, names of Snom's."""

import asyncio
import json

from settingskit import Memory, make, tidy
from support import data, raises

from base.zone import days, offset
from offhook.provisioning import names, schedule
from offhook.provisioning.apply import BY_HAND, apply
from offhook.provisioning.document import Document
from offhook.provisioning.sheet import Sheet
from offhook.settings import catalogue

_SERVER = "prov.example.com"
# What PBX software writes most: docs say of each whether it is taken, mapped, or not there
FREQUENT = (
    "update_policy http_pass http_user language timezone tone_scheme user_active1 user_host1 "
    "user_name1 user_outbound1 user_pass1 user_realname1 user_srtp1 admin_mode_password "
    "date_us_format display_method ntp_server time_24_format transfer_on_hangup user_dtmf_info1 "
    "user_mailbox1 web_language answer_after_policy call_waiting codec_priority_list1 cw_dialtone "
    "firmware_status keyboard_lock_emergency mwi_dialtone user_expiry1 user_idle_text1 "
    "user_pname1 user_ringer1 user_server_type1 admin_mode auto_dial backlight backlight_idle "
    "block_url_dialing challenge_response dhcp dkey_directory dkey_retrieve dtmf_speaker_phone "
    "filter_registrar firmware mwi_notification pnp_config record_missed_calls setting_server "
    "user_failover_identity1 user_phone1 user_savp1 action_dnd_off_url action_dnd_on_url "
    "action_offhook_url action_onhook_url action_setup_url admin_mode_password_confirm "
    "alert_external_ring_sound alert_internal_ring_sound auto_reboot_on_setting_change "
    "call_completion call_join_xfer codec1_name1 codec2_name1 codec3_name1 codec_size1 codec_tos "
    "dim_timer dkey_menu dkey_transfer dnd_mode dnd_off_code dnd_on_code edit_alpha_mode "
    "guess_number guess_start_length gui_fkey1 headset_device"
).split()


def sheet(text):
    """Return the `Sheet` of a file."""
    made = Sheet()
    document = Document(made)
    document.feed(text if isinstance(text, bytes) else text.encode())
    document.close()
    made.close()
    return made


def xml(body, keys=""):
    """Return a file of settings."""
    return (
        "<settings><phone-settings>%s</phone-settings><functionKeys>%s</functionKeys></settings>"
        % (body, keys)
    )


def give(settings, body, who=_SERVER, keys=""):
    """Apply a file's settings; return (outcome, sheet)."""
    made = sheet(xml(body, keys))
    return apply(settings, made, who), made


# -- perm, with a person's change before and after ------------------------------------------------


def test_what_is_writable_is_the_servers_again_at_each_round():
    for perm in ("", ' perm=""', ' perm="RW"', ' perm="$"', ' perm="rw"'):
        settings = make()
        settings.set("ring_sound", "5")
        give(settings, "<ring_sound%s>Ringer2</ring_sound>" % perm)
        assert settings.get("ring_sound") == 2 and settings.locked("ring_sound") == ""
        settings.set("ring_sound", "4")
        outcome, _ = give(settings, "<ring_sound%s>Ringer2</ring_sound>" % perm)
        assert settings.get("ring_sound") == 2 and outcome.changed == ["ring_sound"]


def test_what_is_locked_binds_the_person_and_says_by_whom_and_the_server_may_change_it():
    for perm in ("R", "&amp;", " "):
        settings = make()
        settings.set("ring_sound", "5")
        give(settings, '<ring_sound perm="%s">Ringer2</ring_sound>' % perm)
        assert settings.get("ring_sound") == 2
        for change in (settings.update, settings.change):
            with raises(ValueError) as caught:
                change({"ring_sound": "4"})
            assert _SERVER in str(caught.value) and "ring_sound" in str(caught.value)
        with raises(ValueError):
            settings.unset("ring_sound")
        give(settings, '<ring_sound perm="%s">Ringer3</ring_sound>' % perm)
        assert settings.get("ring_sound") == 3
        give(settings, '<ring_sound perm="RW">Ringer3</ring_sound>')
        settings.set("ring_sound", "4")
        assert settings.get("ring_sound") == 4


def test_what_is_kept_once_changed_is_the_servers_until_a_person_changes_it():
    settings = make()
    give(settings, '<ring_sound perm="!">Ringer2</ring_sound>')
    assert settings.get("ring_sound") == 2
    give(settings, '<ring_sound perm="!">Ringer3</ring_sound>')
    assert settings.get("ring_sound") == 3
    settings.set("ring_sound", "5")
    outcome, _ = give(settings, '<ring_sound perm="!">Ringer2</ring_sound>')
    assert settings.get("ring_sound") == 5 and outcome.kept == ["ring_sound"]
    settings.unset("ring_sound")
    give(settings, '<ring_sound perm="!">Ringer2</ring_sound>')
    assert settings.get("ring_sound") == 2


def test_what_a_person_had_set_before_any_server_is_kept_too():
    settings = make()
    settings.set("ring_sound", "5")
    outcome, _ = give(settings, '<ring_sound perm="!">Ringer2</ring_sound>')
    assert settings.get("ring_sound") == 5 and outcome.kept == ["ring_sound"]


def test_a_password_kept_once_changed_is_never_given_again():
    settings = make()
    give(settings, '<user_pass idx="1" perm="!">first</user_pass>')
    assert settings.get("user_pass1") == "first"
    give(settings, '<user_pass idx="1" perm="!">second</user_pass>')
    assert settings.get("user_pass1") == "first"
    assert "user_pass1" not in settings.marks.given


def test_what_is_fleeting_is_as_before_after_a_restart():
    storage = Memory()
    settings = make(storage)
    settings.set("ring_sound", "5")
    give(
        settings, '<ring_sound perm="V">Ringer2</ring_sound><vol_ringer perm="RWV">3</vol_ringer>'
    )
    assert settings.get("ring_sound") == 2 and settings.get("vol_ringer") == 3
    assert settings.locked("ring_sound") and not settings.locked("vol_ringer")
    asyncio.run(tidy(settings))
    again = make(storage)
    assert again.get("ring_sound") == 5 and again.get("vol_ringer") == 8
    assert again.locked("ring_sound") == ""
    settings.set("vol_ringer", "3")  # a person wants it to stay
    assert make(storage).get("vol_ringer") == 3


def test_locks_are_there_after_a_restart_and_after_the_store_was_tidied():
    storage = Memory()
    settings = make(storage)
    give(settings, '<ring_sound perm="R">Ringer2</ring_sound><auto_dial perm="!">7</auto_dial>')
    for _ in range(2):
        again = make(storage)
        assert again.locked("ring_sound") == _SERVER and again.trouble == ""
        again.set("auto_dial", "9")
        outcome, _ = give(again, '<auto_dial perm="!">7</auto_dial>')
        assert outcome.kept == ["auto_dial"]
        asyncio.run(tidy(again))
    again.erase()
    assert make(storage).locked("ring_sound") == ""


def test_a_lock_by_an_earlier_file_binds_the_person_never_a_later_file():
    made = sheet(xml('<user_active idx="1" perm="R">off</user_active>'))
    document = Document(made)
    document.feed(xml('<user_active idx="1" perm="R">on</user_active>').encode())
    document.close()
    settings = make()
    apply(settings, made, _SERVER)
    assert settings.get("user_active1") is True and settings.locked("user_active1") == _SERVER


def test_a_file_by_hand_does_not_change_what_a_server_has_locked_and_locks_as_one():
    settings = make()
    give(settings, '<ring_sound perm="R">Ringer2</ring_sound>')
    _, made = give(
        settings,
        '<ring_sound perm="">Ringer4</ring_sound><auto_dial perm="R">9</auto_dial>',
        BY_HAND,
    )
    assert settings.get("ring_sound") == 2 and "locked by " + _SERVER in str(made.refused.lines())
    assert settings.locked("auto_dial") == BY_HAND
    give(settings, '<auto_dial perm="">8</auto_dial>', BY_HAND)
    assert settings.get("auto_dial") == 8 and not settings.locked("auto_dial")


# -- together, with one write ---------------------------------------------------------------------


def test_all_that_fits_is_applied_with_one_write_and_the_rest_is_listed():
    storage = Memory()
    settings = make(storage)
    outcome, made = give(
        settings,
        '<user_name idx="1">201</user_name><user_expiry idx="1">soon</user_expiry>'
        '<user_active idx="13">on</user_active><nonsense>1</nonsense><backlight>5</backlight>'
        '<ntp_server perm="R">ntp.example.com</ntp_server>',
        keys='<fkey idx="200" context="active">line</fkey><fkey idx="31" context=""></fkey>'
        '<fkey idx="3" context="active" label="Lab" lp="on">speed 1</fkey>',
    )
    assert storage.writes == 1
    assert settings.get("user_name1") == "201" and settings.get("fkey3") == "active speed 1"
    assert settings.get("fkey_label3") == "Lab" and settings.get("fkey_longpress3") is True
    assert outcome.taken == 5 and made.settings == 9
    assert made.unknown.names() == ["nonsense"] and made.absent.names() == ["backlight"]
    refused = " ".join(made.refused.lines())
    for name in ("user_expiry1", "user_active13", "fkey200", "fkey31"):
        assert name in refused, refused
    again = make(storage)
    assert again.get("user_name1") == "201" and again.locked("ntp_server") == _SERVER


def test_the_same_file_once_more_writes_nothing():
    storage = Memory()
    settings = make(storage)
    body = '<user_name idx="1">201</user_name><ring_sound perm="R">Ringer2</ring_sound>'
    give(settings, body)
    outcome, _ = give(settings, body)
    assert storage.writes == 1 and outcome.changed == [] and outcome.taken == 2


def test_a_flash_that_cannot_be_written_changes_nothing():
    storage = Memory()
    settings = make(storage)
    storage.left = 3
    with raises(OSError):
        give(settings, '<ring_sound perm="R">Ringer2</ring_sound>')
    assert settings.get("ring_sound") == 1 and settings.locked("ring_sound") == ""


def test_settings_that_do_not_go_together_do_not_keep_the_others_away():
    settings = make()

    def relations(get, values):
        if "redirect_event" in values and not get("redirect_number"):
            raise ValueError("redirect_event: 'all' needs redirect_number, which is empty")

    settings.relations = relations
    _, made = give(settings, "<redirect_event>all</redirect_event><auto_dial>9</auto_dial>")
    assert settings.get("auto_dial") == 9 and settings.get("redirect_event") == "none"
    assert "needs redirect_number" in made.refused.lines()[0]


def test_no_secret_is_in_what_is_listed():
    settings = make()
    _, made = give(
        settings,
        '<user_pass idx="1">%s</user_pass><ldap_password>hush-1</ldap_password>'
        "<wifi_wpapsk>hush-2</wifi_wpapsk><webserver_user_password>hush-3"
        '</webserver_user_password><user_hash idx="1">hush-4</user_hash>'
        "<admin_mode_password>hush-5</admin_mode_password><x_password>hush-6</x_password>"
        % ("hush-0" * 40),
    )
    listed = str(made.refused.lines() + made.unknown.names() + made.absent.names() + made.notes)
    assert "hush" not in listed and "user_pass1" in listed


# -- names and values of Snom's -------------------------------------------------------------------


def test_every_frequent_name_is_taken_mapped_or_known_not_to_be_there():
    for name in FREQUENT:
        made = sheet(xml("<%s>1</%s>" % (name, name)))
        assert made.unknown.count == 0, name


def test_firmware_and_an_empty_phone_type_are_never_acted_upon():
    settings = make()
    _, made = give(
        settings,
        "<firmware>http://h/f.bin</firmware><firmware_status>http://h/s</firmware_status>"
        '<firmware_url idx="1">http://h/f</firmware_url><phone_type></phone_type>'
        "<update_key>%s</update_key><mac>020000000001</mac>" % ("ab" * 32),
    )
    assert settings.changed() == [] and made.refused.count == 6
    give(settings, "<phone_type>snomD785</phone_type>")
    assert settings.get("phone_type") == "snomD785"


def test_the_order_of_codecs_is_snoms():
    for words, wanted in (
        ("g722,pcma,pcmu,telephone-event", "g722"),
        ("g722,pcmu,pcma", "g722_pcmu"),
        ("G722, pcmu", "g722_pcmu"),
        ("opus,g722,g729,pcma,pcmu", "g722"),
        ("pcma,g722,pcmu", "pcma"),
        ("pcmu,pcma,g722", "pcmu"),
        ("pcma", "pcma_only"),
        ("pcmu,g729", "pcmu_only"),
    ):
        settings = make()
        give(settings, '<codec_priority_list idx="1">%s</codec_priority_list>' % words)
        assert settings.get("codec_priority") == wanted, words
    for number, wanted in (("9", "g722"), ("8", "pcma"), ("0", "pcmu"), ("g722", "g722")):
        settings = make()
        give(settings, '<codec1_name idx="1">%s</codec1_name>' % number)
        assert settings.get("codec_priority") == wanted, number


def test_values_of_snoms_are_ours():
    settings = make()
    give(
        settings,
        "<timezone>GER+1</timezone><tone_scheme>USA</tone_scheme>"
        "<display_method>display_number_name</display_method>"
        "<alert_internal_ring_sound>Ringer3</alert_internal_ring_sound>"
        "<keyboard_lock_emergency>110 112</keyboard_lock_emergency>"
        '<codec_priority_list idx="1">g722,pcmu,pcma,telephone-event</codec_priority_list>'
        '<codec_size idx="1">160</codec_size>'
        '<user_outbound idx="1">h.example:5060;transport=udp,</user_outbound>'
        "<wifi_essid>Guest</wifi_essid><wifi_wpapsk>pass  word</wifi_wpapsk>"
        '<user_realname idx="1"> Anna   Berg </user_realname>',
    )
    assert settings.get("timezone") == "CET-1CEST,M3.5.0,M10.5.0/3"
    assert settings.get("tone_scheme") == "US" and settings.get("display_method") == "both"
    assert settings.get("alert_internal_ring_sound") == 3
    assert settings.get("emergency_numbers") == "110 112"
    assert settings.get("codec_priority") == "g722_pcmu" and settings.get("codec_size") == 20
    assert settings.get("user_outbound1") == "sip:h.example:5060;transport=udp"
    assert settings.get("wifi_ssid2") == "Guest" and settings.get("wifi_pass2") == "pass  word"
    assert settings.get("user_realname1") == "Anna Berg"


def test_a_zone_that_is_not_known_is_refused_instead_of_read_as_posix():
    settings = make()
    _, made = give(settings, "<timezone>XYZ+4</timezone>")
    assert settings.get("timezone") == "" and "XYZ+4" in made.refused.lines()[0]


def test_summer_time_as_wazo_writes_it_becomes_a_zone():
    settings = make()
    give(
        settings,
        "<timezone></timezone><utc_offset>3600</utc_offset>"
        "<dst>3600 03.05.07 02:00:00 10.05.07 03:00:00</dst>",
    )
    winter, summer = days(2026, 1, 15) * 86400, days(2026, 7, 15) * 86400
    zone = settings.get("timezone")
    assert offset(zone, winter)[0] == 3600 and offset(zone, summer)[0] == 7200
    assert names.summer("3600 03.02.07 02:00:00 11.01.07 02:00:00", -18000).startswith("<-05>5:00")
    _, made = give(make(), "<dst>whenever</dst>")
    assert "dst" in made.refused.lines()[0]


def test_an_empty_value_empties_a_text_and_gives_others_their_default():
    settings = make()
    settings.update(
        {"phone_name": "x", "user_expiry1": "60", "dnd_mode": "on", "ntp_server": "h.example"}
    )
    give(
        settings,
        '<phone_name></phone_name><user_expiry idx="1"/><dnd_mode> </dnd_mode>'
        "<ntp_server></ntp_server><update_server></update_server>",
    )
    assert settings.get("phone_name") == "" and settings.get("user_expiry1") == 3600
    assert settings.get("dnd_mode") is False and settings.get("ntp_server") == ""


def test_keys_of_snoms_become_function_keys():
    for text, context, wanted in (
        ("line sip:201@h", "active", "active line sip:201@h"),
        ("blf 200|**", "1", "1 blf 200|**"),
        ("blf &lt;sip:140@h;user=phone/&gt;", "active", "active blf <sip:140@h;user=phone/>"),
        ("keyevent none", "", "active none"),
        ("conference", "active", "active keyevent F_CONFERENCE"),
        ("none", "active", "active none"),
    ):
        made = sheet(xml("", '<fkey idx="7" context="%s">%s</fkey>' % (context, text)))
        assert made.wanted["fkey7"] == wanted


def test_a_label_may_be_emptied():
    settings = make()
    settings.set("fkey_label2", "old")
    give(settings, "", keys='<fkey idx="2" context="active" label="">speed 5</fkey>')
    assert settings.get("fkey_label2") == ""


def test_lists_are_bounded_and_say_how_many_more_there_are():
    made = sheet(xml("".join("<x_%d_y>1</x_%d_y>" % (i, i) for i in range(300))))
    listed = made.unknown.names()
    assert made.unknown.count == 300 and len(listed) == 101 and listed[-1] == "and 200 more"


# -- files as PBX software writes them ------------------------------------------------------------


def test_files_as_pbx_software_writes_them_are_applied():
    for name, kept in (("general.xml", ()), ("old.htm", ("ring_sound", "log_level"))):
        settings = make()
        wanted = json.loads(data("snom-provisioning/expectations.json"))
        if kept:
            before = wanted["old_alone_with_user_changes"]
            settings.update(before["user_had_set"])
        made = sheet(data("snom-provisioning/" + name))
        outcome = apply(settings, made, _SERVER)
        assert outcome.kept == sorted(kept) and made.notes == []
        for line in made.refused.lines():
            assert line.startswith("firmware"), line
        assert settings.get("timezone") == "CET-1CEST,M3.5.0,M10.5.0/3"
        flags = wanted["files"][name].get("perm") or wanted["files"][name]["flag"]
        for own in settings.marks.locks:
            if own in flags:
                assert flags[own] in ("R", "&", " "), own
        for own in flags:
            if flags[own] in ("R", "&") and catalogue.pattern(own) and own in made.wanted:
                assert settings.locked(own) == _SERVER, own
        if kept:
            for own, text in before["then"].items():
                spec = catalogue.find(own)
                assert settings.get(own) == spec.parse(text), own


# -- when -----------------------------------------------------------------------------------------


def test_when_the_server_is_asked_again():
    values = {
        "settings_refresh_timer": 0,
        "prov_polling_enabled": False,
        "prov_polling_mode": "abs",
        "prov_polling_period": 600,
        "prov_polling_time": "02:00",
        "prov_polling_time_rand_end": "01:00",
    }

    def due(now, **changed):
        return schedule.seconds(lambda x: changed.get(x, values[x]), now, lambda n: 3599 + 86400)

    assert due(0) is None
    assert due(0, settings_refresh_timer=86400) == 86400
    on = {"prov_polling_enabled": True}
    assert due(3600, **on) == 3600
    assert due(7200, **on) == 86400  # it is that time now: tomorrow
    assert due(7201, **on) == 86399
    assert due(None, **on) == 3600
    assert due(0, prov_polling_mode="rel", **on) == 600
    span = 23 * 3600 + 1
    wanted = (7200 + (3599 + 86400) % span) % 86400
    assert due(0, prov_polling_mode="random", **on) == wanted
    assert due(0, settings_refresh_timer=60, **on) == 60


def test_only_keys_are_keys():
    settings = make()
    _, made = give(settings, "", keys='<other idx="5" context="active">speed 202</other>')
    assert settings.get("fkey5") == "" and made.settings == 0
    assert made.refused.lines() == ["other: line 1: it stands within <functionKeys>"]
